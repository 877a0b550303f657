/**
 * The floor of a run on the embedded database: what recordStatements.mjs kept is sent again to the same engine, one
 * request after the other, by a process that does nothing else: node bench/replay.mjs DATA_DIR RECORD
 */
import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import { Worker } from "node:worker_threads";

const [dataDir, record] = process.argv.slice(2);
const { requests, refused } = deserialize(readFileSync(record));
const worker = new Worker(new URL("../dist/cli/pgliteWorker.js", import.meta.url), {
	resourceLimits: { stackSizeMb: 16 },
	stdout: true,
	stderr: true,
});

let lastId = 0;
const send = (request) =>
	new Promise((resolve, reject) => {
		worker.once("message", resolve).once("error", reject);
		worker.postMessage({ id: ++lastId, request });
	});

let errors = 0;
for (const request of requests) {
	const answer = await send(request.kind === "open" ? { ...request, dataDir, engine: undefined } : request);
	worker.removeAllListeners("error");
	if (!answer.ok) throw new Error(`the engine stopped at ${request.sql ?? request.kind}: ${answer.problem}`);
	if (answer.value?.error) errors++;
	// The same statements on the same database must be refused as often, or this is not the same work.
	if (answer.value?.error && errors > refused) throw new Error(`${answer.value.error.message}: ${request.sql}`);
}
if (errors !== refused) throw new Error(`${errors} statements were refused, ${refused} in the recorded run`);
await worker.terminate();
console.log(`${requests.length} requests`);
