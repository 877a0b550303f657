import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { selectFor } from "./selectFor.ts";

/**
 * `tfm snapshot`: the snapshots alone, as in dbt. In a layered project what tests them comes along, since nothing is
 * published there that its tests have not passed.
 */
export async function snapshotCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { selected, warnings } = selectFor(invocation, project, ["snapshot"]);
	const layered = project.config.project.layering !== null;
	return runSelected(invocation, project, {
		command: "snapshot",
		selected: layered ? new Set([...selected, ...testsOf(project, selected)]) : selected,
		warnings,
	});
}

const testsOf = ({ manifest }: OpenProject, ids: ReadonlySet<NodeId>): readonly NodeId[] =>
	[...ids].flatMap((id) =>
		(manifest.children.get(id) ?? []).filter((child) => manifest.nodes.get(child)?.resource_type === "test"),
	);
