/**
 * The floor of a run on the embedded database: what recordStatements.mjs kept is sent again to the same engine, one
 * request after the other, by a process that does nothing else: node bench/replay.mjs DATA_DIR RECORD
 */
import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import { startEngine } from "./engine.mjs";

const [dataDir, record] = process.argv.slice(2);
const { requests, refused } = deserialize(readFileSync(record));
const engine = startEngine();
let errors = 0;
for (const request of requests) {
	const value = await engine.send(request.kind === "open" ? { ...request, dataDir, engine: undefined } : request);
	if (value?.error) errors++;
	// The same statements on the same database must be refused as often, or this is not the same work.
	if (errors > refused) throw new Error(`${value.error.message}: ${request.sql}`);
}
if (errors !== refused) throw new Error(`${errors} statements were refused, ${refused} in the recorded run`);
await engine.stop();
console.log(`${requests.length} requests`);
