import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { ColumnRef, LineageColumn, NodeLineage } from "../core/lineage.ts";
import { artifactEntries, foundVersion, objectOf, textOf } from "./artifact.ts";
import type { ColumnEdges, ColumnShard } from "./siteData.ts";
import type { Spool } from "./spool.ts";

const FILE = "lineage.columns.json";
const SCHEMA = "tfm.lineage.columns/1";

/** What a node's page takes from the lineage. */
export interface LineageBody {
	readonly kind: "lineage";
	readonly columns: readonly {
		readonly name: string;
		readonly type: string;
		readonly inherited: { readonly text: string; readonly from: readonly [string, string] } | null;
		/** `unknown`: what it is made of is not known. */
		readonly pii: boolean | "unknown" | null;
	}[];
}

type EdgeRecord =
	| { readonly kind: "made"; readonly edges: Omit<ColumnEdges, "uses"> }
	| { readonly kind: "used"; readonly column: string; readonly by: readonly [string, string] };

const pair = ({ node, column }: ColumnRef): readonly [string, string] => [node, column];

/**
 * Reads target/lineage.columns.json, where it is there: facts of columns go to the spool of pages, edges in both
 * directions to the spool of edges. Answers whether there was one.
 */
export function spoolLineage(target: string, pages: Spool, edges: Spool): boolean {
	const path = join(target, FILE);
	if (!existsSync(path)) return false;
	let version = "";
	for (const { section, key, value } of artifactEntries(path, new Set(["nodes"]))) {
		if (section === null) version = textOf(objectOf(value).schema_version);
		else spoolNode(key, value as NodeLineage, pages, edges);
	}
	if (version !== SCHEMA) fail("TFM-DOCS-001", { file: path, found: foundVersion(version), wanted: SCHEMA });
	return true;
}

function spoolNode(id: string, lineage: NodeLineage, pages: Spool, edges: Spool): void {
	const { columns = [], indirect = [], status, reason } = lineage;
	const body: LineageBody = { kind: "lineage", columns: columns.map(factsOf) };
	pages.add(id, body);
	const made: EdgeRecord = {
		kind: "made",
		edges: {
			columns: Object.fromEntries(
				columns
					.filter(({ upstream }) => upstream.length > 0)
					.map(({ name, kind, confidence, upstream }) => [name, { kind, confidence, from: upstream.map(pair) }]),
			),
			indirect: indirect.map(pair),
			status,
			...(reason === undefined ? {} : { reason }),
		},
	};
	edges.add(id, made);
	for (const { name, upstream } of columns)
		for (const { node, column } of upstream) {
			const used: EdgeRecord = { kind: "used", column, by: [id, name] };
			edges.add(node, used);
		}
}

function factsOf({ name, type = "", inherited, pii }: LineageColumn): LineageBody["columns"][number] {
	const description = inherited?.description;
	return {
		name,
		type,
		inherited: description === undefined ? null : { text: description.value, from: pair(description.from) },
		pii: pii?.pii ?? (inherited?.pii !== undefined ? true : inherited?.unknown === undefined ? null : "unknown"),
	};
}

/** Makes the shard of edges of what was spooled for it; null: there are none. */
export function columnShard(spooled: readonly unknown[]): ColumnShard | null {
	const nodes = new Map<string, { made: Omit<ColumnEdges, "uses"> | null; uses: Map<string, [string, string][]> }>();
	for (const [id, record] of spooled as readonly (readonly [string, EdgeRecord])[]) {
		const node = nodes.get(id) ?? { made: null, uses: new Map<string, [string, string][]>() };
		nodes.set(id, node);
		if (record.kind === "made") node.made = record.edges;
		else node.uses.set(record.column, [...(node.uses.get(record.column) ?? []), [...record.by]]);
	}
	if (nodes.size === 0) return null;
	const entries = [...nodes].sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(
		entries.map(([id, { made, uses }]): [string, ColumnEdges] => [
			id,
			{ ...(made ?? { columns: {}, indirect: [], status: "declared" }), uses: Object.fromEntries([...uses].sort()) },
		]),
	);
}
