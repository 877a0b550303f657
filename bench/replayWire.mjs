/**
 * The floor of a run on a Postgres server: what recordWire.mjs kept is sent again, byte for byte, by sockets that only
 * wait for the server to be ready: node bench/replayWire.mjs RECORD PORT DATABASE
 *
 * Every session is a stream of its own and its requests go one after the other. A transaction begins when those of all
 * sessions have ended that had ended before it in the recorded run: nothing runs before what it was built on, the
 * sessions overlap as they did, and the time in which the program thought is gone.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { deserialize } from "node:v8";
import { createMessageReader } from "./wireMessages.mjs";

const [record, port, database] = process.argv.slice(2);
const { sessions } = deserialize(readFileSync(record));
for (const request of sessions.flatMap((session) => session.requests)) request.loose = loosened(request.bytes);

/** Requests of one session from one moment without a transaction to the next. */
function unitsOf(session) {
	const units = [];
	let open = [];
	for (const request of session.requests) {
		open.push(request);
		if (request.status !== "I") continue;
		units.push({ requests: open, from: open[0].sentAt, to: request.doneAt });
		open = [];
	}
	// A session that was cut off in a transaction holds nobody up.
	if (open.length > 0) units.push({ requests: open, from: open[0].sentAt, to: Number.POSITIVE_INFINITY });
	return units;
}

const streams = sessions.map(unitsOf);
const byEnd = streams.flat().toSorted((a, b) => a.to - b.to);
let ended = 0;
const waiting = [];

function afterEnd(unit) {
	unit.done = true;
	while (byEnd[ended]?.done) ended++;
	for (let i = waiting.length - 1; i >= 0; i--) if (waiting[i].after <= ended) waiting.splice(i, 1)[0].go();
}

function turnOf(unit) {
	const first = byEnd.findIndex((other) => other.to > unit.from);
	const after = first === -1 ? byEnd.length : first;
	return after <= ended ? null : new Promise((go) => waiting.push({ after, go }));
}

/** The first message of a session, for another database. */
function startup(bytes) {
	const words = bytes.toString("utf8", 8, bytes.readInt32BE(0)).split("\0");
	const at = words.findIndex((word, i) => i % 2 === 0 && word === "database");
	if (at >= 0) words[at + 1] = database;
	const body = Buffer.from(words.join("\0"));
	const head = Buffer.alloc(8);
	head.writeInt32BE(body.length + 8, 0);
	bytes.copy(head, 4, 4, 8);
	return Buffer.concat([head, body]);
}

/**
 * What the run made sure of does not hold here: a lock that was free within 25 ms is waited for where the sessions run
 * closer together, and rows of the catalog were written by other transactions. Refused, a transaction would take all that
 * comes after it along. Both are let through, with as many bytes as before.
 */
function loosened(bytes) {
	const whole = bytes.toString("latin1");
	// The longest that the server takes is 35,791 minutes; it passes over blanks after the unit.
	const long = (limit) => `${"9".repeat(Math.min(limit.length - 3, 4))}min`.padEnd(limit.length);
	const loose = whole
		.replace(/(set_config\('statement_timeout', ')(\d\d+ms)'/g, (_, before, limit) => `${before}${long(limit)}'`)
		.replace(/(\0\0\0[\x04-\x08])(\d{2,6}ms)(?!\w)/g, (all, length, limit) =>
			length.charCodeAt(3) === limit.length ? `${length}${long(limit)}` : all,
		)
		.replace("'the catalog has changed'", (text) => `'${"1".padEnd(text.length - 2)}'`);
	return loose === whole ? bytes : Buffer.from(loose, "latin1");
}

const ROLLBACK = Buffer.from("Q\0\0\0\rrollback\0", "latin1");

let sent = 0;
let errors = 0;

async function replay(units) {
	const socket = connect(Number(port), "127.0.0.1");
	socket.setNoDelay(true);
	let ready = () => {};
	let failed = (_error) => {};
	let until = null;
	let due = 1;
	let status = "I";
	const read = createMessageReader((type, body) => {
		if (type === "E") errors++;
		if (type === "Z") status = String.fromCharCode(body[0]);
		// A refused COPY ends with Z, where the recorded one went on with G.
		if (type === "Z") due--;
		if ((type === until && type !== "Z") || (type === "Z" && due <= 0)) ready(type);
	});
	socket.on("data", read);
	socket.on("error", (error) => failed(error));
	const ask = (bytes, end, readies = 1) =>
		new Promise((resolve, reject) => {
			ready = resolve;
			failed = reject;
			until = end;
			due = readies;
			socket.write(bytes);
		});
	let first = true;
	for (const unit of units) {
		const turn = turnOf(unit);
		if (turn !== null) await turn;
		for (const [i, request] of unit.requests.entries()) {
			// Tried as a whole and refused: what follows is the same step by step.
			if (i === 0 && request.errors > 0 && !first) continue;
			const bytes = first ? startup(request.bytes) : request.loose;
			first = false;
			sent++;
			if (request.until === null) {
				socket.end(bytes);
				break;
			}
			await ask(bytes, request.until, request.ready);
		}
		// Refused here alone: it must not take along what the session does next.
		if (unit.to !== Number.POSITIVE_INFINITY && status !== "I") await ask(ROLLBACK, "Z");
		afterEnd(unit);
	}
	socket.end();
}

await Promise.all(streams.map(replay));
const recorded = sessions.flatMap((s) => s.requests).reduce((sum, { errors: n }) => sum + n, 0);
// Two publishes that collide in one run need not collide in the next; but most must be the same work.
if (errors > recorded + sent / 50) throw new Error(`${errors} requests were refused, ${recorded} in the recorded run`);
console.log(`${sent} requests, ${errors} refused, ${recorded} in the recorded run`);
