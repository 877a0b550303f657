/**
 * Runs tfm against a Postgres server through a relay that keeps what every session sent, when, and when the server was
 * done with it: node bench/recordWire.mjs RECORD_FILE SERVER_PORT CWD tfm-arguments…
 *
 * What a run asks of its server is thereby known without a word of help from the program. A request is what a session
 * sends until the server is ready for more (or to take rows), behind each message where several went at once. The port
 * of the relay is in BENCH_PORT.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { serialize } from "node:v8";
import { createMessageReader, readiesOf } from "./wireMessages.mjs";

const [file, port, cwd, ...args] = process.argv.slice(2);
const started = performance.now();
const now = () => performance.now() - started;
const sessions = [];

const relay = createServer((client) => {
	const session = { openedAt: now(), requests: [] };
	sessions.push(session);
	const server = connect(Number(port), "127.0.0.1");
	for (const socket of [client, server]) socket.setNoDelay(true);
	let idle = true;
	client.on("data", (bytes) => {
		if (idle)
			session.requests.push({ sentAt: now(), doneAt: null, parts: [], until: null, ready: 0, errors: 0, status: null });
		idle = false;
		session.requests.at(-1).parts.push(bytes);
		server.write(bytes);
	});
	const read = createMessageReader((type, body) => {
		const request = session.requests.at(-1);
		if (type === "E") request.errors++;
		// Ready for a query, for rows; and the answers while somebody logs in, which end a request too.
		const loginGoesOn = type === "R" && body.readInt32BE(0) !== 0 && body.readInt32BE(0) !== 12;
		if (type !== "Z" && type !== "G" && !loginGoesOn) return;
		request.doneAt = now();
		request.until = type;
		if (type === "Z") request.status = String.fromCharCode(body[0]);
		if (type === "Z") request.ready++;
		// The first message of a session has no type.
		const due = session.requests.length === 1 ? 1 : readiesOf(Buffer.concat(request.parts));
		idle = type !== "Z" || request.ready >= due;
	});
	server.on("data", (bytes) => {
		read(bytes);
		client.write(bytes);
	});
	for (const [one, other] of [
		[client, server],
		[server, client],
	]) {
		one.on("end", () => other.end());
		one.on("error", () => other.destroy());
	}
});

relay.listen(0, "127.0.0.1", () => {
	const tfm = fileURLToPath(new URL("../bin/tfm.js", import.meta.url));
	const env = { ...process.env, BENCH_PORT: String(relay.address().port) };
	const child = spawn(process.execPath, [tfm, ...args], { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
	child.on("exit", (code) => {
		const kept = sessions.map(({ openedAt, requests }) => ({
			openedAt,
			requests: requests.map(({ parts, ...request }) => ({ ...request, bytes: Buffer.concat(parts) })),
		}));
		writeFileSync(file, serialize({ sessions: kept, ms: now() }));
		relay.close();
		process.exitCode = code ?? 1;
	});
});
