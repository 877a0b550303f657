/** What a run leaves for `tfm retry`. Apart from the artifacts: it looks for the files of landing loads. */
import { readFileSync } from "node:fs";
import type { Invocation } from "../core/invocation.ts";
import { bornAt } from "../core/processMark.ts";
import { createRedactor } from "../report/report.ts";
import { runArgs } from "./artifacts.ts";
import { type BegunRun, writeBegun } from "./begunRun.ts";
import { eventLogPath } from "./commandEvents.ts";
import { leftBefore } from "./leftRuns.ts";
import { endOfLog } from "./logTail.ts";
import type { OpenProject } from "./openProject.ts";
import { checksumsOf, type RunNotes, readRunNotes, runNotesPath, testIdsOf } from "./runNotes.ts";
import { writeWhole } from "./writeWhole.ts";

export function writeRunNotes(
	invocation: Invocation,
	project: OpenProject,
	run: Pick<RunNotes, "command" | "gates" | "results">,
	takesUp?: string,
): void {
	if (!invocation.flags.writeJson) return;
	const { manifest, runId } = project;
	const { targetDir } = project.config;
	const known = { checksums: checksumsOf(manifest, project.config.project.root), tests: testIdsOf(manifest) };
	const args = createRedactor(project.config.secrets)(runArgs(invocation, project));
	const started_at = project.startedAt.toISOString();
	const own: RunNotes = { v: 1, invocation_id: runId, started_at, ...run, args, ...known };
	const earlier = run.results === undefined ? [] : leftBefore(readRunNotes(targetDir, null), own, takesUp);
	const notes: RunNotes = earlier.length === 0 ? own : { ...own, earlier };
	writeWhole(runNotesPath(targetDir), [`${JSON.stringify(notes)}\n`]);
}

/** Written before a run that `tfm retry` could take up; removed when it has ended. */
export function noteBegun(
	invocation: Invocation,
	project: OpenProject,
	run: Pick<BegunRun, "command" | "gates" | "selected">,
): void {
	if (!invocation.flags.writeJson) return;
	const args = createRedactor(project.config.secrets)(runArgs(invocation, project));
	const { name, pid } = invocation.host;
	writeBegun(project.config.targetDir, {
		...run,
		invocationId: project.runId,
		startedAt: project.startedAt.toISOString(),
		args,
		process: { pid, born: bornAt(pid, { readFileSync }), host: name },
		log: endOfLog(eventLogPath(invocation, project)),
	});
}
