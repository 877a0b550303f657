import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/** `tfm test`: tests alone, against what is published; with --candidates, against what the last run held back. */
export async function testCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["test"]);
	const candidates = invocation.flags.extra.candidates === true;
	return runSelected(invocation, project, { command: "test", selected, warnings, flags: { candidates } });
}
