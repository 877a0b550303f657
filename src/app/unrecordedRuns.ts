import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Adapter } from "../core/adapter.ts";
import type { StateStore, UnrecordedRun } from "../core/state.ts";
import { writeWhole } from "./writeWhole.ts";

/** Runs are few that lose their server and are not followed by another; a file must not grow for ever. */
const MOST_KEPT = 20;

const pathIn = (targetDir: string): string => join(targetDir, "tfm_unrecorded.json");

function readKept(targetDir: string): readonly UnrecordedRun[] {
	const path = pathIn(targetDir);
	if (!existsSync(path)) return [];
	try {
		const { v, runs } = JSON.parse(readFileSync(path, "utf8")) as { v?: unknown; runs?: unknown };
		return v === 1 && Array.isArray(runs) ? (runs as UnrecordedRun[]) : [];
	} catch {
		// It is written whole, so somebody has edited it; these runs count as killed then.
		return [];
	}
}

function writeKept(targetDir: string, runs: readonly UnrecordedRun[]): void {
	if (runs.length === 0) rmSync(pathIn(targetDir), { force: true });
	else writeWhole(pathIn(targetDir), [`${JSON.stringify({ v: 1, runs: runs.slice(-MOST_KEPT) })}\n`]);
}

/** Keeps how a run ended that lost its server, in `tfm_unrecorded.json` beside its results. */
export const keepUnrecorded = (targetDir: string, ended: UnrecordedRun): void =>
	writeKept(targetDir, [...readKept(targetDir), ended]);

/**
 * Writes down in the database how such runs ended. Those of which this database knows nothing (it is another target's, or
 * was made anew) are left for the one that does.
 */
export async function recordUnrecorded(about: {
	readonly targetDir: string;
	readonly adapter: Adapter;
	readonly state: StateStore;
}): Promise<void> {
	const { targetDir, adapter, state } = about;
	const kept = readKept(targetDir);
	if (kept.length === 0) return;
	const left = await adapter.withSession(async (session) => {
		if (!(await state.canRecord(session))) return kept;
		await state.migrate(session);
		const unknown: UnrecordedRun[] = [];
		for (const run of kept) if (!(await state.endRunLate(session, run))) unknown.push(run);
		return unknown;
	});
	if (left.length < kept.length) writeKept(targetDir, left);
}
