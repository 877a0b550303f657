import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/**
 * `tfm test`: tests alone, against what is published; with --candidates, against what the last run held back; with
 * --offline unit tests alone, without the target.
 */
export async function testCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const offline = invocation.flags.extra.offline === true;
	const { selected, warnings } = selectFor(invocation, project, offline ? ["unit_test"] : ["test", "unit_test"]);
	const candidates = invocation.flags.extra.candidates === true;
	return runSelected(invocation, project, { command: "test", selected, warnings, flags: { candidates, offline } });
}
