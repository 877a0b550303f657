/**
 * Preloaded into a run: keeps every request that goes to the embedded database's thread, in order, and how many of
 * them the server refused, in the file BENCH_RECORD_FILE. What the run sent is thereby known without a word of help
 * from the program, and replay.mjs can send it again.
 */
import { writeFileSync } from "node:fs";
import { serialize } from "node:v8";
import { isMainThread, Worker } from "node:worker_threads";

if (isMainThread && process.env.BENCH_RECORD_FILE) {
	const requests = [];
	const listened = new WeakSet();
	let refused = 0;
	const post = Worker.prototype.postMessage;
	Worker.prototype.postMessage = function (message, transfer) {
		if (!listened.has(this)) {
			listened.add(this);
			this.on("message", (answer) => {
				if (answer.value?.error) refused++;
			});
		}
		// A copy: the bytes of COPY are handed over and gone from this thread afterwards.
		requests.push(structuredClone(message.request));
		return post.call(this, message, transfer);
	};
	process.on("exit", () => writeFileSync(process.env.BENCH_RECORD_FILE, serialize({ requests, refused })));
}
