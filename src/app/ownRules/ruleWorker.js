// @ts-check
/**
 * The thread in which a rule's function runs: it can be ended from outside when it does not come to an end by itself.
 * It is no cage: the function is code of the project and has the rights of whoever runs tfm. Of the environment it
 * sees nothing, so that no secret of it gets into a finding by mistake.
 *
 * Plain JavaScript on purpose: the bundler takes it as an entry of its own, beside the chunks of the program.
 */
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/** @param {unknown} value */
function freeze(value) {
	if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
	Object.freeze(value);
	for (const inner of Object.values(value)) freeze(inner);
	return value;
}

/** @param {string} file @param {unknown} project */
async function answersOf(file, project) {
	const { default: rule } = await import(pathToFileURL(file).href);
	if (typeof rule !== "function") return { problem: "its file has no function as default export" };
	const answers = await rule(freeze(project));
	if (typeof answers?.[Symbol.iterator] !== "function" || typeof answers === "string")
		return { problem: "it returned no list" };
	// Plain values only: what else an answer holds may not be sent.
	return {
		answers: Array.from(answers, (answer) =>
			typeof answer === "object" && answer !== null
				? { node: answer.node, message: answer.message, file: answer.file, line: answer.line }
				: null,
		),
	};
}

const { file, project } = workerData;
const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
try {
	port.postMessage(await answersOf(file, project));
} catch (error) {
	const known = error instanceof Error ? error : new Error(String(error));
	port.postMessage({ problem: known.message, code: /** @type {any} */ (known).code, stack: known.stack ?? "" });
}
