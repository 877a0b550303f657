// @ts-check
/**
 * The thread in which SQL is parsed and resolved: WebAssembly works synchronously and may hang or crash, and only a
 * thread can be ended from outside. It keeps nothing between two questions, so it may be replaced at any moment.
 *
 * Plain JavaScript on purpose: the bundler takes it as an entry of its own, beside the chunks of the program.
 */
import { parentPort } from "node:worker_threads";
import { analyzeQuery } from "./analyzeQuery.ts";
import { loadParser } from "./loadParser.ts";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
const parse = loadParser();

port.on("message", async (/** @type {import("./analyst.ts").Question[]} */ questions) => {
	const ready = await parse;
	for (const { id, request } of questions) {
		// Each answer is sent at once: whoever waits sees by the last one which question a hang belongs to.
		try {
			port.postMessage({ id, analysis: analyzeQuery(request, ready) });
		} catch (error) {
			port.postMessage({ id, crash: error instanceof Error ? error.message : String(error) });
			return;
		}
	}
});
