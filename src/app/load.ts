import { type Diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { landingTableOf } from "../core/landingTable.ts";
import type { NodeId, SourceNode } from "../core/node.ts";
import type { LoadWindow } from "../core/ports.ts";
import { landingFiles } from "../load/landingFiles.ts";
import { filesAt, planLanding } from "../load/landingPlan.ts";
import { readLoadSpec } from "../load/loadSpec.ts";
import { printDiagnostics } from "../report/report.ts";
import { withDatabase } from "./database.ts";
import { loadWindow } from "./loadWindow.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { readSourceLine } from "./readSourceLine.ts";
import { runSelected } from "./runSelected.ts";
import { failUnselected, selectFor } from "./selectFor.ts";

/** `tfm load`: fills source tables that have a load: block from their files, each file once. */
export async function loadCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const window = loadWindow(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["source"]);
	if (selected.size === 0 && invocation.flags.select.length > 0) {
		failUnselected(warnings);
		fail("TFM-LOAD-031", { selected: invocation.flags.select.join(" ") });
	}
	checkNamedFiles(project, selected, window);
	if (invocation.flags.extra.dryRun === true) return tellPlan(invocation, project, selected);
	return runSelected(invocation, project, { command: "load", selected, warnings, flags: { gates: false } });
}

/**
 * Throws TFM-LOAD-032 for words of `--files` that no landing file of the selection matches. Where a command fetches files
 * first or a stage has them, nobody knows yet.
 */
function checkNamedFiles(project: OpenProject, selected: ReadonlySet<NodeId>, { files }: LoadWindow): void {
	if (files === null) return;
	const { root } = project.config.project;
	const there = new Set<string>();
	for (const source of landingSources(project, selected)) {
		const spec = readLoadSpec(source);
		if (spec.before !== null || spec.stage !== null) return;
		for (const file of landingFiles(root, spec)) there.add(file);
	}
	const missing = files.filter((words) => !filesAt(root, [words]).some((path) => there.has(path)));
	if (missing.length > 0) fail("TFM-LOAD-032", { files: missing });
}

const landingSources = ({ manifest }: OpenProject, selected: ReadonlySet<NodeId>): SourceNode[] =>
	[...manifest.sources.values()]
		.filter((source) => source.load !== null && selected.has(source.unique_id))
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));

/**
 * `--dry-run`: what a load would take, a file a line, in the order in which it would. Fetches nothing, changes nothing.
 * What would stop a load is told after the list, with the load's exit code.
 */
async function tellPlan(
	invocation: Invocation,
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
): Promise<ExitCode> {
	const problems: Diagnostic[] = [];
	await withDatabase(invocation, project, async ({ session, state }) => {
		await state.migrate(session);
		for (const source of landingSources(project, selected)) {
			const table = `${source.source_name}.${source.name}`;
			const plan = await planLanding({
				root: project.config.project.root,
				session,
				dialect: project.engine.dialect,
				source,
				spec: readLoadSpec(source),
				ledger: await state.loadedFiles(session, landingTableOf(source, project.engine.dialect)),
				fullRefresh: invocation.flags.fullRefresh,
				window: loadWindow(invocation),
				signal: invocation.signal,
			}).catch((error: unknown) => {
				if (!(error instanceof TfmError)) throw error;
				problems.push(...error.diagnostics);
				return null;
			});
			if (plan === null) {
				invocation.stdout.write(`${table}  cannot be loaded\n`);
				continue;
			}
			problems.push(...plan.changed);
			const note = plan.afresh ? ", emptied first" : "";
			invocation.stdout.write(`${table}  ${plan.files.length} ${plan.files.length === 1 ? "file" : "files"}${note}\n`);
			for (const { path, bytes, status } of plan.files)
				invocation.stdout.write(`  ${status.padEnd(9)}  ${String(bytes).padStart(12)}  ${path}\n`);
		}
	});
	if (problems.length === 0) return 0;
	const { output, env, stdout, stderr, clock } = invocation;
	const elapsedMs = clock().getTime() - project.startedAt.getTime();
	const readLine = readSourceLine(project.config.project.root);
	printDiagnostics(problems, { output, env, stdout, stderr, now: clock(), readLine, elapsedMs });
	// As the load itself, of which they would be results.
	return 1;
}
