/** Where the time of a recorded run went: node bench/readWire.mjs RECORD */
import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import { sqlOf } from "./wireMessages.mjs";

const { sessions, ms } = deserialize(readFileSync(process.argv[2]));
const requests = sessions.flatMap((session) => session.requests).filter((request) => request.doneAt !== null);

/** Milliseconds in which 0, 1, 2 … sessions waited for the server. */
function busy() {
	const edges = requests.flatMap(({ sentAt, doneAt }) => [
		[sentAt, 1],
		[doneAt, -1],
	]);
	edges.sort((a, b) => a[0] - b[0]);
	const at = [];
	let [last, n] = [0, 0];
	for (const [time, step] of [...edges, [ms, 0]]) {
		at[n] = (at[n] ?? 0) + time - last;
		last = time;
		n += step;
	}
	return at;
}

/** A statement without what differs from node to node. */
const shapeOf = (sql) =>
	sql
		.replace(/"[^"]*"(\."[^"]*")*/g, "<name>")
		.replace(/'[^']*'/g, "<text>")
		.replace(/\s+/g, " ")
		.trim()
		.slice(0, 110);

const shapes = new Map();
for (const { bytes, sentAt, doneAt, errors } of requests) {
	const shape = shapeOf(sqlOf(bytes)) || "(rows, or a login)";
	const known = shapes.get(shape) ?? { n: 0, ms: 0, errors: 0 };
	shapes.set(shape, { n: known.n + 1, ms: known.ms + doneAt - sentAt, errors: known.errors + errors });
}
const total = requests.reduce((sum, { sentAt, doneAt }) => sum + doneAt - sentAt, 0);
console.log(
	`${Math.round(ms)} ms; ${sessions.length} sessions, ${requests.length} requests, ${Math.round(total)} ms in them`,
);
console.log(
	`sessions waiting for the server: ${busy()
		.map((t, n) => `${n}: ${Math.round(t ?? 0)} ms`)
		.join(", ")}`,
);
for (const [shape, { n, ms: spent, errors }] of [...shapes].toSorted((a, b) => b[1].ms - a[1].ms).slice(0, 25))
	console.log(
		`${String(Math.round(spent)).padStart(7)} ms ${String(n).padStart(6)}×${errors ? ` (${errors} refused)` : ""}  ${shape}`,
	);
