import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { NodeId } from "../core/node.ts";
import type { ProcessMark } from "../core/processMark.ts";
import type { LogPlace } from "./logTail.ts";
import { writeWhole } from "./writeWhole.ts";

/**
 * What a run is about to do, beside run_results.json and in its shape, until the run has ended in whatever way. One that
 * still stands is of a run that was killed, of which run_results.json knows nothing: `tfm retry` repeats all of it.
 */
export interface BegunRun {
	readonly invocationId: string;
	/** ISO, UTC. */
	readonly startedAt: string;
	/** The command that is repeated, also where it is itself a retry. */
	readonly command: string;
	readonly gates: boolean;
	/** As in run_results.json, secrets hidden. */
	readonly args: Readonly<Record<string, unknown>>;
	readonly selected: readonly NodeId[];
	/** Whose run it is: one that is gone was killed. */
	readonly process: ProcessMark;
	/** Where its events are written while it goes on; null: nowhere. */
	readonly log: LogPlace | null;
}

export const begunPath = (targetDir: string): string => join(targetDir, "tfm_begun.json");

export function writeBegun(targetDir: string, run: BegunRun): void {
	const document = {
		v: 1,
		metadata: { invocation_id: run.invocationId, invocation_started_at: run.startedAt },
		command: run.command,
		gates: run.gates,
		args: run.args,
		process: run.process,
		log: run.log && { ...run.log, path: relative(targetDir, run.log.path) },
		results: [...run.selected].sort().map((id) => ({ unique_id: id, status: "skipped" })),
	};
	writeWhole(begunPath(targetDir), [`${JSON.stringify(document)}\n`]);
}

/** That of another run, which works into the same folder, stays. */
export function removeBegun(targetDir: string, invocationId: string): void {
	const path = begunPath(targetDir);
	if (existsSync(path) && readFileSync(path, "utf8").includes(`"${invocationId}"`)) rmSync(path, { force: true });
}

/** What is not in run_results.json of it; null: no run was killed. */
export function readBegun(targetDir: string): Pick<BegunRun, "command" | "gates"> | null {
	const path = begunPath(targetDir);
	if (!existsSync(path)) return null;
	try {
		const { command, gates } = JSON.parse(readFileSync(path, "utf8")) as Partial<BegunRun>;
		return typeof command === "string" ? { command, gates: gates !== false } : null;
	} catch {
		// It is written whole, so somebody has edited it: run_results.json is what is left to go by.
		return null;
	}
}
