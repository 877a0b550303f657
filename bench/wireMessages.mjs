/** Postgres messages out of a stream of bytes: one type byte, four bytes of length, the body. */

/** `onMessage(type, body)` for every whole message; a message may come in many pieces, and only its end is looked at. */
export function createMessageReader(onMessage) {
	let rest = null;
	return (bytes) => {
		let data = rest === null ? bytes : Buffer.concat([rest, bytes]);
		let at = 0;
		while (data.length - at >= 5) {
			const size = data.readInt32BE(at + 1) + 1;
			if (data.length - at < size) break;
			onMessage(String.fromCharCode(data[at]), data.subarray(at + 5, at + size));
			at += size;
		}
		data = data.subarray(at);
		rest = data.length === 0 ? null : data;
	};
}

/** How often the server is ready behind a request: once for each text of the simple protocol and each end of an extended one. */
export function readiesOf(bytes) {
	let readies = 0;
	const read = createMessageReader((type) => {
		if (type === "Q" || type === "S") readies++;
	});
	read(bytes);
	return Math.max(1, readies);
}

/** The SQL of a session's request: simple queries and the texts of prepared ones. */
export function sqlOf(bytes) {
	const texts = [];
	const read = createMessageReader((type, body) => {
		if (type !== "Q" && type !== "P") return;
		const from = type === "P" ? body.indexOf(0) + 1 : 0;
		texts.push(body.toString("utf8", from, body.indexOf(0, from)));
	});
	read(bytes);
	return texts.join("\n");
}
