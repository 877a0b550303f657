/**
 * The other end of the threads: sends queries, takes answers, and replaces a thread that crashes or does not answer.
 * What it cannot have analysed it answers itself, so a question never fails.
 */
import { availableParallelism } from "node:os";
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
	/** At most so many, each with a parser of its own; they start when there is enough to do. */
	readonly threads?: number;
}

/** A tree takes many times the room of its text; what is longer is no query that a person wrote. */
const LONGEST_SQL = 10_000_000;

/** Beside the limit, for each character of a long text. */
const CHARACTER_MS = 0.005;

/** So many questions are sent at once, and for so many more another thread is worth its start. */
const BATCH = 32;

const tooLong = ({ sql }: AnalysisRequest): Analysis | undefined =>
	sql.length > LONGEST_SQL
		? unreadable("unparsed", `its SQL is longer than ${LONGEST_SQL / 1e6} million characters`)
		: undefined;

export function createAnalyst({
	limitMs = 3_000,
	startMs = 30_000,
	threads = Math.min(4, availableParallelism()),
}: AnalystOptions = {}): Analyst {
	const own = Array.from({ length: Math.max(1, threads) }, () => createThread({ limitMs, startMs }));
	return {
		async analyze(requests, signal) {
			const found = new Map<number, Analysis>();
			const questions = requests.flatMap((request, id): readonly Question[] => {
				const refused = tooLong(request);
				if (refused !== undefined) found.set(id, refused);
				return refused === undefined ? [{ id, request }] : [];
			});
			let next = 0;
			const work = async (thread: Thread): Promise<void> => {
				while (next < questions.length) {
					const batch = questions.slice(next, next + BATCH);
					next += batch.length;
					await thread.answer(batch, found, signal);
				}
			};
			const busy = own.slice(0, Math.max(1, Math.floor(questions.length / BATCH)));
			const ends = await Promise.allSettled(busy.map(work));
			for (const end of ends) if (end.status === "rejected") throw end.reason;
			return requests.map((_, id) => found.get(id)!);
		},
		close: async () => void (await Promise.all(own.map((thread) => thread.close()))),
	};
}

interface Thread {
	/** Puts an answer to each question into `found`. */
	answer(questions: readonly Question[], found: Map<number, Analysis>, signal?: AbortSignal): Promise<void>;
	close(): Promise<void>;
}

function createThread({ limitMs, startMs }: { readonly limitMs: number; readonly startMs: number }): Thread {
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
				// Answers come in order: the longest of those that are waited for is not passed over.
				const longest = Math.max(...questions.map(({ id, request }) => (found.has(id) ? 0 : request.sql.length)));
				const ms = Math.round((warm ? limitMs : startMs) + longest * CHARACTER_MS);
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
		async answer(questions, found, signal) {
			for (;;) {
				signal?.throwIfAborted();
				const open = questions.filter(({ id }) => !found.has(id));
				if (open.length === 0) return;
				await ask(open, found, signal);
			}
		},
		close: end,
	};
}

const crashed = (message: string): Analysis => unreadable("unparsed", `the parser broke on its SQL (${message})`);
