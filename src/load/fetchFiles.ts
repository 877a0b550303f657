import { type ChildProcess, spawn } from "node:child_process";
import { fail } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import type { LoadWindow } from "../core/ports.ts";
import { readLoadSpec } from "./loadSpec.ts";

export interface FetchOptions {
	/** The project's folder, in which the command works. */
	readonly root: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly window: LoadWindow;
	/** How far a table with a watermark is loaded; null: it holds nothing yet, or is loaded afresh. */
	readonly watermark: (source: SourceNode) => Promise<string | null>;
	/** Takes each line that the command writes. Secrets are taken out of it by whoever shows it. */
	readonly log: (line: string, source: SourceNode) => void;
}

/** Lines that a failure shows. */
const SHOWN = 10;
/** A line is cut there: a command may print a file. */
const LINE = 2000;
/** Between being asked to end and being ended. */
const GRACE_MS = 5000;

/**
 * Runs the command of a source's `before:`, if it has one: without a shell, in the project's folder, with TFM_SOURCE,
 * TFM_FROM, TFM_TO and TFM_WATERMARK beside its own variables, each where there is one. Throws TFM-LOAD-029 when it fails or takes too long, and the signal's
 * reason when it is cancelled.
 */
export function createFetcher(options: FetchOptions): (source: SourceNode, signal: AbortSignal) => Promise<void> {
	return async (source, signal) => {
		const { before, watermark } = readLoadSpec(source);
		if (before === null) return;
		const reached = watermark === null ? null : await options.watermark(source);
		const table = `${source.source_name}.${source.name}`;
		const { from, to } = options.window;
		const own = {
			TFM_SOURCE: table,
			...(from === null ? {} : { TFM_FROM: from }),
			...(to === null ? {} : { TFM_TO: to }),
			...(reached === null ? {} : { TFM_WATERMARK: reached }),
		};
		const [command, ...args] = before.argv;
		const last: string[] = [];
		const refuse = (problem: string): never =>
			fail("TFM-LOAD-029", { table, command, problem, output: last }, { at: source.location });
		signal.throwIfAborted();
		const child = spawn(command, args, {
			cwd: options.root,
			env: { ...options.env, ...own, ...before.env },
			stdio: ["ignore", "pipe", "pipe"],
			// A group of its own, so that what it starts ends with it.
			detached: true,
		});
		const take = (line: string): void => {
			options.log(line, source);
			last.push(line);
			if (last.length > SHOWN) last.shift();
		};
		const reading = [child.stdout, child.stderr].map((stream) => eachLine(stream, take));
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			end(child);
		}, before.timeoutMs);
		const stop = (): void => end(child);
		signal.addEventListener("abort", stop, { once: true });
		try {
			const ended = await outcomeOf(child);
			await Promise.all(reading);
			signal.throwIfAborted();
			if (late) refuse(`took longer than ${before.timeoutMs / 1000} s`);
			if ("problem" in ended) refuse(`could not be started (${ended.problem})`);
			else if (ended.code !== 0)
				refuse(ended.code === null ? `was ended by ${ended.signal}` : `failed with exit code ${ended.code}`);
		} finally {
			clearTimeout(timer);
			signal.removeEventListener("abort", stop);
		}
	};
}

type Outcome = { readonly code: number | null; readonly signal: string | null } | { readonly problem: string };

const outcomeOf = (child: ChildProcess): Promise<Outcome> =>
	new Promise((resolve) => {
		child.on("error", (error: NodeJS.ErrnoException) => resolve({ problem: error.code ?? error.message }));
		child.on("exit", (code, signal) => resolve({ code, signal }));
	});

/** Asks the command and all it has started to end, and ends them if they do not. */
function end(child: ChildProcess): void {
	const { pid } = child;
	if (pid === undefined) return;
	const tell = (signal: NodeJS.Signals): void => {
		try {
			process.kill(-pid, signal);
		} catch {
			// It is gone.
		}
	};
	tell("SIGTERM");
	const sure = setTimeout(() => tell("SIGKILL"), GRACE_MS);
	sure.unref();
}

async function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> {
	let rest = "";
	stream.setEncoding("utf8");
	for await (const piece of stream as AsyncIterable<string>) {
		const lines = (rest + piece).split(/\r?\n/);
		rest = (lines.pop() ?? "").slice(0, LINE);
		for (const line of lines) take(line.slice(0, LINE));
	}
	if (rest !== "") take(rest);
}
