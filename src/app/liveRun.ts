import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { kill } from "node:process";
import { isAlive, type ProcessMark } from "../core/processMark.ts";
import { type NodeState, type RunNow, statusOf } from "../docs/docs.ts";
import { begunPath } from "./begunRun.ts";
import { type LogPlace, type LogTail, openLogTail } from "./logTail.ts";

export interface RunReader {
	/** The run that goes on; null: none does. */
	read(): RunNow | null;
	close(): void;
}

interface Begun {
	readonly id: string;
	readonly of: number;
	readonly process: ProcessMark;
	readonly log: LogPlace;
}

interface Followed extends Begun {
	/** Of its file, so that it is read once. */
	readonly stamp: string;
	readonly tail: LogTail;
	readonly fold: ReturnType<typeof foldEvents>;
}

/**
 * Follows the run that works into a target folder: it is the one of `tfm_begun.json` while its process is there, and what
 * it has done its log says. Runs of other machines and killed ones are none. `host`: this machine.
 */
export function createRunReader(targetDir: string, host: string): RunReader {
	const path = begunPath(targetDir);
	let followed: Followed | null = null;
	const leave = (): null => {
		followed?.tail.close();
		followed = null;
		return null;
	};
	return {
		read: () => {
			const stat = statSync(path, { throwIfNoEntry: false });
			if (stat === undefined) return leave();
			const stamp = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
			if (followed?.stamp !== stamp) {
				leave();
				const begun = readBegunRun(path, targetDir);
				if (begun === null) return null;
				if (begun.process.host !== host) return null;
				if (!isAlive(begun.process, { readFileSync, kill })) return null;
				followed = { ...begun, stamp, tail: openLogTail(begun.log), fold: foldEvents(begun) };
			} else if (!isAlive(followed.process, { readFileSync, kill })) return null;
			return followed.fold(followed.tail.lines());
		},
		close: leave,
	};
}

/** Null: it is gone again, somebody has edited it, or it keeps no log. */
function readBegunRun(path: string, targetDir: string): Begun | null {
	try {
		const { metadata, results, process, log } = JSON.parse(readFileSync(path, "utf8"));
		const id: unknown = metadata.invocation_id;
		if (typeof id !== "string" || !Number.isSafeInteger(process.pid) || process.pid <= 0) return null;
		if (!Number.isSafeInteger(log.ino) || !Number.isSafeInteger(log.from)) return null;
		return { id, of: results.length, process, log: { ...log, path: resolve(targetDir, log.path) } };
	} catch {
		return null;
	}
}

/** What a line is about stands in its beginning; most lines are of statements. */
const TOLD = /^\{[^{}]{0,160}"event":"(?:run\.started|node\.started|(?:node|test)\.finished|node\.held)"/;

/** From lines of the log to what has become of the nodes. Lines of other runs and damaged ones say nothing. */
export function foldEvents({ id, of }: Pick<Begun, "id" | "of">): (lines: readonly string[]) => RunNow {
	const states = new Map<string, NodeState>();
	let [all, done, failed] = [of, 0, 0];
	const take = (event: Heard): void => {
		const node = event.node_id;
		if (event.event === "run.started") {
			const counts = Object.values(event.counts ?? {});
			if (counts.every((n) => Number.isSafeInteger(n))) all = counts.reduce((sum, n) => sum + n, 0);
		} else if (typeof node !== "string") return;
		else if (event.event === "node.started") states.set(node, "running");
		else if (event.event === "node.held") states.set(node, event.reason?.kind === "test" ? "fail" : "skipped");
		else {
			const status = statusOf(event.result?.status);
			if (status === "unknown") return;
			done++;
			if (status === "fail") failed++;
			states.set(node, status === "ok" ? "done" : status);
		}
	};
	return (lines) => {
		for (const line of lines) {
			if (!TOLD.test(line)) continue;
			const event = parsed(line);
			if (event?.run_id === id) take(event);
		}
		return { id, of: Math.max(all, done), done, failed, states };
	};
}

interface Heard {
	readonly event?: unknown;
	readonly run_id?: unknown;
	readonly node_id?: unknown;
	readonly counts?: Readonly<Record<string, number>>;
	readonly reason?: { readonly kind?: unknown };
	readonly result?: { readonly status?: string };
}

function parsed(line: string): Heard | null {
	try {
		return JSON.parse(line) as Heard | null;
	} catch {
		return null;
	}
}
