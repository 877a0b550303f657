import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/** `tfm load`: fills source tables that have a load: block from their files, each file once. */
export async function loadCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["source"]);
	return runSelected(invocation, project, { command: "load", selected, warnings, flags: { gates: false } });
}
