import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { ColumnLineage, ColumnRef } from "../core/lineage.ts";
import { findNode } from "../core/manifest.ts";
import { nodeId } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import { type Direction, indexLineage } from "../sql/traceColumns.ts";
import { analyzeProject } from "./columnLineage/analyzeProject.ts";
import { lineageJson, lineageMermaid } from "./columnLineage/lineageForms.ts";
import { columnText, modelText, overviewText } from "./columnLineage/lineageText.ts";
import { openEvents } from "./commandEvents.ts";
import { type OpenProject, openProject } from "./openProject.ts";

/**
 * `tfm lineage MODEL[.COLUMN]`: where columns come from and what is made from them; without a name, how much of the
 * project is understood. Writes target/lineage.columns.json.
 */
export async function lineageCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { lineage } = await analyzeProject(invocation, project);
	const { extra } = invocation.flags;
	const events = openEvents(invocation, project);
	const print = (text: string): void => {
		invocation.stdout.write(text);
		events.close();
	};
	if (typeof extra.model !== "string") {
		print(extra.output === "json" ? `${JSON.stringify(lineage)}\n` : overviewText(lineage));
		return 0;
	}
	const { node, column } = namedColumn(extra.model, lineage, project);
	const index = indexLineage(lineage.nodes);
	const directions: readonly Direction[] =
		extra.upstream === extra.downstream
			? ["upstream", "downstream"]
			: extra.upstream === true
				? ["upstream"]
				: ["downstream"];
	const columns = lineage.nodes[node]!.columns.map(({ name }) => name);
	const starts = (column === undefined ? columns : [column]).map((name): ColumnRef => ({ node, column: name }));
	const view = { lineage, index, directions, starts, nameOf: displayName(project) };
	if (extra.output === "json") print(lineageJson(view));
	else if (extra.output === "mermaid") print(lineageMermaid(view));
	else if (column === undefined && extra.upstream === extra.downstream) print(modelText(view, node));
	else print(starts.map((start) => columnText(view, start)).join("\n"));
	return 0;
}

/** A node's name as people write it: `orders`, `raw.orders`. */
export const displayName =
	({ manifest }: Pick<OpenProject, "manifest">) =>
	(id: string): string => {
		const node = findNode(manifest, nodeId(id));
		if (node === undefined) return id;
		return node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;
	};

interface Named {
	readonly node: string;
	readonly column?: string;
}

/** `orders`, `raw.orders`, a unique id; a column after the last of the name's dots. */
function namedColumn(written: string, { nodes }: ColumnLineage, project: OpenProject): Named {
	const nameOf = displayName(project);
	const byName = new Map(Object.keys(nodes).map((id) => [nameOf(id), id]));
	const find = (name: string): string | undefined => (Object.hasOwn(nodes, name) ? name : byName.get(name));
	const whole = find(written);
	if (whole !== undefined) return { node: whole };
	for (let dot = written.lastIndexOf("."); dot > 0; dot = written.lastIndexOf(".", dot - 1)) {
		const node = find(written.slice(0, dot));
		if (node === undefined) continue;
		const column = written.slice(dot + 1);
		const known = nodes[node]!.columns.map(({ name }) => name);
		const meant =
			known.find((name) => name === column) ?? known.find((name) => name.toLowerCase() === column.toLowerCase());
		if (meant !== undefined) return { node, column: meant };
		fail("TFM-SQL-009", { node: nameOf(node), column, known });
	}
	fail("TFM-SQL-008", { name: written, suggestion: suggestName(written, byName.keys()) });
}
