/** Rules as functions of JavaScript (or of TypeScript, where Node reads it): each in a thread of its own. */
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Invocation } from "../../core/invocation.ts";
import type { Location } from "../../core/location.ts";
import type { RuleOutcome } from "../../rules/judgeAnswers.ts";
import type { RuleProject } from "../../rules/ruleProject.ts";

export interface FunctionRule {
	/** As findings name it. */
	readonly path: string;
	/** Absolute path of what is run. */
	readonly file: string;
}

type Reply =
	| { readonly answers: readonly unknown[] }
	| { readonly problem: string; readonly code?: string; readonly stack?: string };

/** A function that needs more has a mistake. */
const MEMORY_MB = 1_024;

/** How long a thread that has answered may live on. */
const GRACE_MS = 1_000;

/** Throws the signal's reason when the command is cancelled. */
export function runFunctionRule(
	{ path, file }: FunctionRule,
	project: RuleProject,
	{ invocation, limitMs }: { readonly invocation: Pick<Invocation, "signal" | "stderr">; readonly limitMs: number },
): Promise<RuleOutcome> {
	const { signal, stderr } = invocation;
	signal.throwIfAborted();
	const worker = new Worker(new URL("./ruleWorker.js", import.meta.url), {
		name: "tfm-rule",
		workerData: { file, project },
		env: {},
		argv: [],
		execArgv: [],
		resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
		stdout: true,
		stderr: true,
	});
	// What it prints is for whoever writes it: standard output is the findings' alone.
	for (const stream of [worker.stdout, worker.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => void stderr.write(text));
	return new Promise((resolve, reject) => {
		const settle = (finish: () => void): void => {
			clearTimeout(timer);
			signal.removeEventListener("abort", onAbort);
			worker.removeAllListeners("exit");
			// A thread that is ended reports no further error.
			worker.terminate().then(finish, reject);
		};
		const failed = (problem: string, at?: Location): void =>
			settle(() => resolve({ kind: "failed", problem, ...(at === undefined ? {} : { at }) }));
		const onAbort = (): void => settle(() => reject(signal.reason));
		let timer = setTimeout(() => failed(`it took longer than ${limitMs / 1_000} s`), limitMs);
		signal.addEventListener("abort", onAbort, { once: true });
		worker
			.on("message", (reply: Reply) => {
				if ("answers" in reply) {
					// It ends by itself once what it printed is through, unless it left something running.
					const done = (): void => settle(() => resolve({ kind: "answered", answers: reply.answers }));
					clearTimeout(timer);
					timer = setTimeout(done, GRACE_MS);
					worker.removeAllListeners("exit").on("exit", done);
					return;
				}
				const { problem, code, stack = "" } = reply;
				if (code === "ERR_UNKNOWN_FILE_EXTENSION")
					return failed("this Node reads no TypeScript: that takes version 22.18, or write it as .mjs");
				failed(problem, placeIn(stack, file, path));
			})
			.on("error", (error: Error) => failed(error.message))
			.on("exit", () => failed("its thread ended"));
	});
}

/** Where in the rule's file the error came up. */
function placeIn(stack: string, file: string, path: string): Location | undefined {
	const address = pathToFileURL(file).href;
	const from = stack.indexOf(`${address}:`);
	const [, line, column = "1"] = /^:(\d+)(?::(\d+))?/.exec(from < 0 ? "" : stack.slice(from + address.length)) ?? [];
	return line === undefined ? undefined : { file: path, line: Number(line), column: Number(column) };
}
