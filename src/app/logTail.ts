import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** A place in a log that goes on: the file, which is the same under another name when the log was put aside. */
export interface LogPlace {
	readonly path: string;
	readonly ino: number;
	/** Bytes before it. */
	readonly from: number;
}

export interface LogTail {
	/** The whole lines that were written since they were asked for last; of a long log the next part. */
	lines(): readonly string[];
	close(): void;
}

/** Of one answer, so that a long log holds up nobody. */
const MOST_READ = 4 * 1024 * 1024;
/** A longer line is left out. */
const MOST_LINE = 4 * 1024 * 1024;
const CHUNK = 256 * 1024;
/** `tfm.log` and those that were put aside, `tfm.log.1` to `tfm.log.5`. */
const MOST_FILES = 6;

const NEWLINE = 10;

interface Open {
	readonly file: number;
	readonly ino: number;
	at: number;
	/** The beginning of a line whose end is not written yet. */
	rest: Buffer[];
	held: number;
	lost: boolean;
}

/** The place after all that a log holds now; null: there is none. */
export function endOfLog(path: string): LogPlace | null {
	const stat = statSync(path, { throwIfNoEntry: false });
	return stat?.isFile() ? { path, ino: stat.ino, from: stat.size } : null;
}

/**
 * Follows a log from a place on, also into the file that is begun when that one is put aside: several commands write into
 * one log, and each goes on in the file that it has open. Nothing is read twice.
 */
export function openLogTail({ path, ino, from }: LogPlace): LogTail {
	const open: Open[] = [];
	const add = (name: string, at: (of: number) => number): void => {
		try {
			const file = openSync(name, "r");
			const of = fstatSync(file).ino;
			if (open.some((other) => other.ino === of)) closeSync(file);
			else open.push({ file, ino: of, at: at(of), rest: [], held: 0, lost: false });
		} catch (error) {
			// It may be put aside at this moment: the next time it is there.
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
	};
	const names = Array.from({ length: MOST_FILES }, (_, n) => (n === 0 ? path : `${path}.${n}`));
	const first = names.findIndex((name) => statSync(name, { throwIfNoEntry: false })?.ino === ino);
	for (const name of names.slice(0, first + 1).reverse()) add(name, (of) => (of === ino ? from : 0));
	const chunk = Buffer.alloc(CHUNK);
	return {
		lines: () => {
			const lines: string[] = [];
			if (statSync(path, { throwIfNoEntry: false })?.ino !== open.at(-1)?.ino) add(path, () => 0);
			if (open.length > MOST_FILES) closeSync(open.shift()!.file);
			let left = MOST_READ;
			for (const log of open)
				while (left > 0) {
					const read = readSync(log.file, chunk, 0, CHUNK, log.at);
					if (read === 0) break;
					log.at += read;
					left -= read;
					take(log, chunk.subarray(0, read), lines);
				}
			return lines;
		},
		close: () => {
			for (const { file } of open.splice(0)) closeSync(file);
		},
	};
}

function take(log: Open, chunk: Buffer, lines: string[]): void {
	let start = 0;
	for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
		if (!log.lost) lines.push(Buffer.concat([...log.rest, chunk.subarray(start, end)]).toString());
		Object.assign(log, { rest: [], held: 0, lost: false });
		start = end + 1;
	}
	// The chunk is filled again.
	const rest = Buffer.from(chunk.subarray(start));
	log.held += rest.length;
	if (log.held <= MOST_LINE) log.rest.push(rest);
	else Object.assign(log, { rest: [], lost: true });
}
