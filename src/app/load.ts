import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { planLanding } from "../load/landingPlan.ts";
import { readLoadSpec } from "../load/loadSpec.ts";
import { withDatabase } from "./database.ts";
import { loadWindow } from "./loadWindow.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/** `tfm load`: fills source tables that have a load: block from their files, each file once. */
export async function loadCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	loadWindow(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["source"]);
	if (invocation.flags.extra.dryRun === true) return tellPlan(invocation, project, selected);
	return runSelected(invocation, project, { command: "load", selected, warnings, flags: { gates: false } });
}

/** `--dry-run`: what a load would take, a file a line, in the order in which it would. Fetches nothing, changes nothing. */
async function tellPlan(
	invocation: Invocation,
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
): Promise<ExitCode> {
	const sources = [...project.manifest.sources.values()].filter((s) => s.load !== null && selected.has(s.unique_id));
	await withDatabase(invocation, project, async ({ session, state }) => {
		await state.migrate(session);
		for (const source of sources.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))) {
			const plan = await planLanding({
				root: project.config.project.root,
				source,
				spec: readLoadSpec(source),
				ledger: await state.loadedFiles(session, source.unique_id),
				fullRefresh: invocation.flags.fullRefresh,
				window: loadWindow(invocation),
				signal: invocation.signal,
			});
			const note = plan.afresh ? ", emptied first" : "";
			invocation.stdout.write(`${source.source_name}.${source.name}  ${plan.files.length} files${note}\n`);
			for (const { path, bytes, status } of plan.files)
				invocation.stdout.write(`  ${status.padEnd(9)}  ${String(bytes).padStart(12)}  ${path}\n`);
		}
	});
	return 0;
}
