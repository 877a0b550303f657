/** What fits into a processor's caches. */
export const ENCODED = 2 ** 18;

/** A half of a surrogate pair makes three bytes, as two of them make four. */
const MOST_BYTES = 3;

/**
 * The texts' bytes, laid beside each other in `room`: what is given is to be used before the next is asked for. A buffer
 * of its own for each takes half as long again, most of it for memory that was not touched before, and one text of many
 * has to be copied together first. A text that may be longer than the room is given by itself.
 */
export function* encoded(texts: Iterable<string>, room: Buffer): Generator<Uint8Array> {
	let at = 0;
	for (const text of texts) {
		if (text.length * MOST_BYTES > room.length - at) {
			if (at > 0) yield room.subarray(0, at);
			at = 0;
		}
		if (text.length * MOST_BYTES > room.length) yield Buffer.from(text);
		else at += room.write(text, at);
	}
	if (at > 0) yield room.subarray(0, at);
}
