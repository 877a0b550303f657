import type { ColumnRef, LineageColumn } from "../../core/lineage.ts";
import { type Direction, type LineageIndex, traceColumn } from "../../sql/traceColumns.ts";
import type { FoundLineage, LineageCounts } from "./foundLineage.ts";

/** What `tfm lineage` shows. */
export interface LineageView {
	readonly lineage: Pick<FoundLineage, "nodeOf">;
	readonly index: LineageIndex;
	readonly directions: readonly Direction[];
	readonly starts: readonly ColumnRef[];
	readonly nameOf: (id: string) => string;
}

export const refText = ({ nameOf }: Pick<LineageView, "nameOf">, { node, column }: ColumnRef): string =>
	`${nameOf(node)}.${column}`;

const columnAt = ({ lineage }: LineageView, { node, column }: ColumnRef): LineageColumn | undefined =>
	lineage.nodeOf(node)?.columns.find(({ name }) => name === column);

/** One column: its facts, then a tree for each direction. */
export function columnText(view: LineageView, start: ColumnRef): string {
	const column = columnAt(view, start);
	const lines = [
		[refText(view, start), column?.type, ...marks(column)].filter((part) => part !== undefined).join("  "),
	];
	for (const direction of view.directions) {
		const steps = traceColumn(view.index, start, direction);
		lines.push(direction === "upstream" ? "  comes from" : "  goes into");
		if (steps.length === 0) lines.push(direction === "upstream" ? `    ${origin(column)}` : "    nothing");
		for (const { depth, again, kind, confidence, from, to } of steps) {
			const far = direction === "upstream" ? from : to;
			const doubt = confidence === "resolved" ? "" : `, ${confidence}`;
			const more = again ? " (see above)" : "";
			lines.push(`${"  ".repeat(depth + 1)}${refText(view, far)}  ${kind}${doubt}${more}`);
		}
		const rows = direction === "downstream" ? view.index.decidesOn(start) : [];
		if (rows.length > 0) lines.push(`  decides on rows of ${rows.map(view.nameOf).join(", ")}`);
	}
	return `${lines.join("\n")}\n`;
}

const origin = (column: LineageColumn | undefined): string =>
	column?.confidence === "unknown"
		? "not known"
		: column?.kind === "direct"
			? "nothing above: it begins here"
			: "no column";

function marks(column: LineageColumn | undefined): readonly string[] {
	if (column === undefined) return [];
	const { pii, inherited } = column;
	if (pii?.pii === true) return ["pii"];
	if (pii?.pii === false) return [`no pii: ${pii.reason}`];
	return inherited?.pii === undefined ? [] : ["pii (inherited)"];
}

/** A model: a line for each column with what it is made from directly. */
export function modelText(view: LineageView, node: string): string {
	const { columns, indirect, status, reason, complete, rest } = view.lineage.nodeOf(node)!;
	const rows = columns.map((column) => {
		const doubt = column.confidence === "resolved" ? "" : ` (${column.confidence})`;
		const from = column.upstream.map((ref) => refText(view, ref)).join(", ");
		return [
			column.name,
			column.type ?? "",
			`${column.kind}${doubt}`,
			[from, ...marks(column)].filter((part) => part !== "").join("  "),
		];
	});
	const widths = [0, 1, 2].map((i) => Math.max(0, ...rows.map((row) => row[i]!.length)));
	const table = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
	const count = `${columns.length} ${columns.length === 1 ? "column" : "columns"}`;
	const head = `${view.nameOf(node)}  ${count}${status === "ok" || status === "declared" ? "" : `, ${status}`}`;
	const lines = [reason === undefined ? head : `${head}: ${reason}`, ...table];
	if (!complete) {
		const from = rest.length === 0 ? "" : ` of ${rest.map(view.nameOf).join(", ")}`;
		lines.push(`  and columns${from} that are not known`);
	}
	if (indirect.length > 0) lines.push(`  rows are decided by ${indirect.map((ref) => refText(view, ref)).join(", ")}`);
	return `${lines.join("\n")}\n`;
}

/** How much of the project is understood. */
export function overviewText({ statuses, confidences }: LineageCounts): string {
	const told = (counts: { readonly [name: string]: number }, names: readonly string[]): string =>
		names.flatMap((name) => (counts[name] === undefined ? [] : [`${counts[name]} ${name}`])).join(", ") || "none";
	return [
		`models   ${told(statuses, ["ok", "partial", "unparsed", "timeout"])}`,
		`columns  ${told(confidences, ["resolved", "assumed", "ambiguous", "opaque", "unknown"])}`,
		"",
	].join("\n");
}
