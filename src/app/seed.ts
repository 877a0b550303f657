import type { ExitCode, Invocation } from "../core/invocation.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";
import { showSeeds } from "./showSeeds.ts";

/** `tfm seed`: CSV files → tables, published directly. A seed whose file and types are unchanged is left alone. */
export async function seedCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["seed"]);
	const code = await runSelected(invocation, project, { command: "seed", selected, warnings, flags: { gates: false } });
	if (code === 0 && invocation.flags.extra.show === true) await showSeeds(invocation, project, selected);
	return code;
}
