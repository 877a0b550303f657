import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";
import { showSeeds } from "./showSeeds.ts";

/** `tfm build`: seeds, models, snapshots and tests in one graph; a test that fails keeps what descends from it from being built. */
export async function buildCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, [
		"source",
		"function",
		"seed",
		"model",
		"snapshot",
		"test",
		"unit_test",
		"exposure",
		"saved_query",
	]);
	const request = { command: "build", selected, warnings, flags: { testsBlock: true } };
	const code = await runSelected(invocation, project, request);
	if (code === 0 && invocation.flags.extra.show === true) await showSeeds(invocation, project, selected);
	return code;
}
