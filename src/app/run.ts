import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/**
 * `tfm run`. In a layered project: landing loads, seeds, models and their tests, gate by gate. Without layers: the
 * models, as dbt does.
 */
export async function runCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const layered = project.config.project.layering !== null;
	const { selected, warnings } = selectFor(
		invocation,
		project,
		layered ? ["source", "function", "seed", "model", "snapshot", "test", "unit_test"] : ["model"],
	);
	return runSelected(invocation, project, { command: "run", selected, warnings });
}
