import type { Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { storedName } from "../core/storedName.ts";
import { printTable } from "../report/report.ts";
import { withDatabase } from "./database.ts";
import { firstRowsOf } from "./firstRows.ts";
import type { OpenProject } from "./openProject.ts";

const ROWS = 5;

/** `tfm seed --show`: the first rows of each seed. */
export async function showSeeds(
	invocation: Invocation,
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
): Promise<void> {
	await withDatabase(invocation, project, async (database) => {
		for (const id of [...selected].sort()) {
			const node = project.manifest.nodes.get(id);
			if (node?.resource_type !== "seed") continue;
			const relation = storedName(node, project.engine.dialect);
			const table = await firstRowsOf({ project, database, rows: ROWS }, relation, node.name);
			invocation.stdout.write(`${node.name}\n${printTable(table, "text")}`);
		}
	});
}
