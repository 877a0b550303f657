/** `tfm lineage` for other programs: JSON, and Mermaid's flowcharts. */
import type { ColumnRef } from "../../core/lineage.ts";
import { type LineageEdge, traceColumn } from "../../sql/traceColumns.ts";
import type { LineageView } from "./lineageText.ts";

const key = ({ node, column }: ColumnRef): string => `${node}\0${column}`;

/** The edges of all starts, each once. */
function edgesOf({ index, starts, directions }: LineageView): readonly LineageEdge[] {
	const found = new Map<string, LineageEdge>();
	for (const start of starts)
		for (const direction of directions)
			for (const { from, to, kind, confidence } of traceColumn(index, start, direction))
				found.set(`${key(from)}\0${key(to)}`, { from, to, kind, confidence });
	return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

/** One object: the columns asked for as in the artifact, the edges, and whose rows they decide on. */
export function lineageJson(view: LineageView): string {
	const columns = view.starts.map(({ node, column: name }) => ({
		node,
		...view.lineage.nodeOf(node)!.columns.find((column) => column.name === name)!,
	}));
	const decides_on = [...new Set(view.starts.flatMap((start) => view.index.decidesOn(start)))].sort();
	return `${JSON.stringify({ columns, edges: edgesOf(view), decides_on })}\n`;
}

/** A box for each node with its columns inside; an arrow says what is done to the values. */
export function lineageMermaid(view: LineageView): string {
	const edges = edgesOf(view);
	const refs = new Map<string, ColumnRef>();
	for (const ref of [...view.starts, ...edges.flatMap(({ from, to }) => [from, to])]) refs.set(key(ref), ref);
	const ids = new Map([...refs.keys()].sort().map((ref, i) => [ref, `c${i}`]));
	const byNode = new Map<string, ColumnRef[]>();
	for (const at of [...ids.keys()]) {
		const ref = refs.get(at)!;
		byNode.set(ref.node, [...(byNode.get(ref.node) ?? []), ref]);
	}
	const lines = ["flowchart LR"];
	let box = 0;
	for (const [node, columns] of byNode) {
		lines.push(`  subgraph n${box++}["${escaped(view.nameOf(node))}"]`);
		for (const ref of columns) lines.push(`    ${ids.get(key(ref))}["${escaped(ref.column)}"]`);
		lines.push("  end");
	}
	for (const { from, to, kind } of edges) {
		const arrow = kind === "direct" ? "-->" : `-->|${kind}|`;
		lines.push(`  ${ids.get(key(from))} ${arrow} ${ids.get(key(to))}`);
	}
	return `${lines.join("\n")}\n`;
}

const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
