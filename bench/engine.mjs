/** The embedded database's own engine thread, driven by a loop that does nothing else: what the floors are made of. */
import { Worker } from "node:worker_threads";

/** Gives {send, stop}. `send` rejects when the engine stops; a statement that the server refused has `value.error`. */
export function startEngine() {
	const worker = new Worker(new URL("../dist/cli/pgliteWorker.js", import.meta.url), {
		resourceLimits: { stackSizeMb: 16 },
		stdout: true,
		stderr: true,
	});
	let lastId = 0;
	const send = async (request) => {
		const answer = await new Promise((resolve, reject) => {
			worker.once("message", resolve).once("error", reject);
			worker.postMessage({ id: ++lastId, request });
		});
		worker.removeAllListeners("error");
		if (!answer.ok) throw new Error(`the engine stopped at ${request.sql ?? request.kind}: ${answer.problem}`);
		return answer.value;
	};
	return { send, stop: () => worker.terminate() };
}
