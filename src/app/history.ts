import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { PastRun } from "../core/state.ts";
import { createStateStore } from "../history/stateStore.ts";
import { pastRunsJson, pastRunsText } from "../report/pastRuns.ts";
import { openAdapter } from "./openAdapter.ts";
import { openProject } from "./openProject.ts";

/** `tfm history`: the last runs of the project on this target, the newest first. Changes nothing but tfm's own tables, where they are missing or older. */
export async function historyCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const order = project.config.project.layering?.layers.map((layer) => layer.name) ?? [];
	const limit = Number(invocation.flags.extra.limit ?? 10);
	const adapter = await openAdapter(project.config, invocation);
	try {
		const state = await createStateStore();
		const runs = await adapter.withSession(async (session) => {
			await state.migrate(session);
			const rows = await state.listRuns(session, project.manifest.projectName, limit);
			const open = rows.filter((row) => row.status === null).map((row) => row.runId);
			const living = open.length === 0 ? new Set() : await adapter.presence.living(session, open);
			// A run that never said how it ended and has no session left was killed; the next run writes that down.
			return rows.map(
				(row): PastRun => ({
					...row,
					status: row.status === null && !living.has(row.runId) ? "killed" : row.status,
					published: [...row.published].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
				}),
			);
		});
		const text =
			invocation.flags.extra.output === "json"
				? pastRunsJson(runs)
				: pastRunsText(runs, project.config.project.layering !== null);
		invocation.stdout.write(text);
		return 0;
	} finally {
		await adapter.close();
	}
}
