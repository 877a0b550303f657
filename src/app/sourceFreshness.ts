import { resolve } from "node:path";
import { diagnostic } from "../core/diagnostic.ts";
import { freshnessCriteria } from "../core/freshness.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectIds } from "./selectFor.ts";

/**
 * `tfm source freshness`: asks each selected source with thresholds how old its newest row is and writes sources.json,
 * which `source_status:` reads. Runs on-run-start and on-run-end unless the flag `source_freshness_run_project_hooks`
 * says otherwise (dbt's default since 1.11). Exit code 1 where a source is stale or could not be asked.
 */
export async function sourceFreshness(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { ids, warnings } = selectIds(invocation, project, { all: ["source"] });
	const { sources } = project.manifest;
	const selected = new Set(
		ids.filter((id) => {
			const source = sources.get(id);
			return source !== undefined && freshnessCriteria(source) !== null;
		}),
	);
	const { output } = invocation.flags.extra;
	const print = output === "json";
	const elsewhere =
		typeof output === "string" && !print ? [diagnostic("TFM-DEPR-014", { path: output }, { severity: "warning" })] : [];
	return runSelected(invocation, project, {
		command: "source freshness",
		selected,
		warnings: [...warnings, ...judgeWarnings(elsewhere, invocation.flags)],
		hooks: project.config.project.flags.source_freshness_run_project_hooks !== false,
		flags: { freshness: true, gates: false },
		// As in dbt a relative path is taken from where the command was called.
		sources: { path: typeof output === "string" && !print ? resolve(invocation.cwd, output) : null, print },
	});
}
