/**
 * The thread's other end: sends queries, takes answers, and replaces the thread when it crashes or does not answer.
 * What it cannot have analysed it answers itself, so a question never fails.
 */
import { Worker } from "node:worker_threads";
import { type Analysis, type AnalysisRequest, unreadable } from "./analysis.ts";

export interface Question {
	readonly id: number;
	readonly request: AnalysisRequest;
}

type Answer =
	| { readonly id: number; readonly analysis: Analysis }
	/** The parser broke and is not to be used again. */
	| { readonly id: number; readonly crash: string };

export interface Analyst {
	/** One answer for each request, in their order. */
	analyze(requests: readonly AnalysisRequest[], signal?: AbortSignal): Promise<readonly Analysis[]>;
	close(): Promise<void>;
}

export interface AnalystOptions {
	/** How long one query may take, in milliseconds. */
	readonly limitMs?: number;
	/** The first answer of a thread comes after the parser is loaded. */
	readonly startMs?: number;
}

/** A tree takes many times the room of its text; what is longer is no query that a person wrote. */
const LONGEST_SQL = 2_000_000;

export function createAnalyst({ limitMs = 3_000, startMs = 30_000 }: AnalystOptions = {}): Analyst {
	let worker: Worker | undefined;
	let warm = false;

	async function end(): Promise<void> {
		const ended = worker;
		worker = undefined;
		warm = false;
		await ended?.terminate();
	}

	function start(): Worker {
		// Deeply nested queries need stack, in the parser and in the resolver.
		const started = new Worker(new URL("./sqlWorker.js", import.meta.url), {
			name: "tfm-sql",
			resourceLimits: { stackSizeMb: 16 },
			stdout: true,
			stderr: true,
		});
		worker = started;
		return started;
	}

	/** Sends these and collects answers until all are there, or the thread has to go. */
	function ask(questions: readonly Question[], found: Map<number, Analysis>, signal?: AbortSignal): Promise<void> {
		const to = worker ?? start();
		let waiting = questions.length;
		return new Promise((resolve, reject) => {
			let timer: NodeJS.Timeout;
			const settle = (finish: () => void): void => {
				clearTimeout(timer);
				to.off("message", onMessage).off("error", onError).off("exit", onExit);
				signal?.removeEventListener("abort", onAbort);
				finish();
			};
			/** The thread is lost to the first question without an answer; the rest is asked anew. */
			const lose = (analysis: Analysis): void =>
				settle(() => {
					const culprit = questions.find(({ id }) => !found.has(id));
					if (culprit !== undefined) found.set(culprit.id, analysis);
					void end().then(resolve, reject);
				});
			const watch = (): void => {
				clearTimeout(timer);
				const ms = warm ? limitMs : startMs;
				timer = setTimeout(() => lose(unreadable("timeout", `its SQL was not read within ${ms / 1000} seconds`)), ms);
			};
			const onMessage = (answer: Answer): void => {
				warm = true;
				if ("crash" in answer) {
					lose(crashed(answer.crash));
					return;
				}
				found.set(answer.id, answer.analysis);
				if (--waiting === 0) settle(resolve);
				else watch();
			};
			const onError = (error: Error): void => lose(crashed(error.message));
			const onExit = (): void => lose(crashed("its thread ended"));
			const onAbort = (): void => settle(() => void end().then(() => reject(signal?.reason), reject));
			signal?.addEventListener("abort", onAbort, { once: true });
			to.on("message", onMessage).on("error", onError).on("exit", onExit);
			watch();
			to.postMessage(questions);
		});
	}

	return {
		async analyze(requests, signal) {
			const found = new Map<number, Analysis>();
			requests.forEach(({ sql }, id) => {
				if (sql.length > LONGEST_SQL)
					found.set(id, unreadable("unparsed", `its SQL is longer than ${LONGEST_SQL / 1e6} million characters`));
			});
			for (;;) {
				signal?.throwIfAborted();
				const open = requests.flatMap((request, id) => (found.has(id) ? [] : [{ id, request }]));
				if (open.length === 0) break;
				await ask(open, found, signal);
			}
			return requests.map((_, id) => found.get(id)!);
		},
		close: end,
	};
}

const crashed = (message: string): Analysis => unreadable("unparsed", `the parser broke on its SQL (${message})`);
