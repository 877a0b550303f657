import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolders } from "../core/makeFolders.ts";
import type { Subscriber } from "./eventStream.ts";
import { eventLine, isLogged } from "./ndjson.ts";

/** dbt's limit for one log file (`--log-file-max-bytes`), and how many old ones it keeps. */
const LOG_MAX_BYTES = 10 * 1024 * 1024;
const KEPT = 5;

/** Where log lines go; the real one is `openLogFile`. */
export interface LogTarget {
	/** Bytes that are in it. */
	size(): number;
	append(text: string): void;
	/** Puts what is there aside and begins an empty one. */
	rotate(): void;
	close(): void;
}

/**
 * Writes lines into a log. Logging must not fail a run: after the first write that fails, for example on a full disk,
 * `onProblem` hears of it once and nothing more is written.
 */
export function createLogWriter(options: {
	readonly target: LogTarget;
	readonly maxBytes?: number;
	readonly onProblem: (error: Error) => void;
}): { readonly append: (line: string) => void; readonly close: () => void } {
	const { target, maxBytes = LOG_MAX_BYTES, onProblem } = options;
	let broken = false;
	const guard = (work: () => void): void => {
		if (broken) return;
		try {
			work();
		} catch (error) {
			broken = true;
			onProblem(error as Error);
		}
	};
	return {
		append: (line) =>
			guard(() => {
				if (target.size() > 0 && target.size() + Buffer.byteLength(line) > maxBytes) target.rotate();
				target.append(line);
			}),
		close: () => guard(() => target.close()),
	};
}

/** The debug log: every event as one line of JSON. */
export function createLogFile(options: Parameters<typeof createLogWriter>[0]): Subscriber {
	const writer = createLogWriter(options);
	return {
		receive: (event) => {
			if (isLogged(event)) writer.append(eventLine(event));
		},
		close: writer.close,
	};
}

/**
 * Opens `path` for appending and makes its folder; throws the file system's error where that cannot be. `rotate`
 * renames tfm.log to tfm.log.1, that to tfm.log.2 and so on.
 */
export function openLogFile(path: string): LogTarget {
	makeFolders(dirname(path), { existsSync, mkdirSync });
	let file = openSync(path, "a");
	let bytes = fstatSync(file).size;
	return {
		size: () => bytes,
		append: (text) => {
			const buffer = Buffer.from(text);
			let written = 0;
			while (written < buffer.length) written += writeSync(file, buffer, written);
			bytes += buffer.length;
		},
		rotate: () => {
			closeSync(file);
			rmSync(`${path}.${KEPT}`, { force: true });
			for (let n = KEPT - 1; n >= 0; n--) renameIfThere(n === 0 ? path : `${path}.${n}`, `${path}.${n + 1}`);
			file = openSync(path, "a");
			bytes = fstatSync(file).size;
		},
		close: () => closeSync(file),
	};
}

function renameIfThere(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
