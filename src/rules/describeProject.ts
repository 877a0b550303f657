/** The project as tables for rules of one's own (ruleProject.ts). Pure; rows are sorted by their ids. */
import type { ColumnLineage, LineageColumn } from "../core/lineage.ts";
import { allNodes, type Manifest } from "../core/manifest.ts";
import type { ColumnSpec, GraphNode, NodeId, Plain } from "../core/node.ts";
import { columnMark, columnMeta } from "../core/piiMark.ts";
import type { RuleColumn, RuleColumnLineage, RuleEdge, RuleNode, RuleProject, RuleTest } from "./ruleProject.ts";

export interface DescribedProject {
	readonly manifest: Manifest;
	readonly lineage: ColumnLineage;
	/** Names in their order. */
	readonly layers: readonly string[];
	readonly ownerOf: (node: GraphNode) => string | null;
	/** SQL of a node; null: not known. */
	readonly compiledOf: (id: NodeId) => string | null;
}

const TESTS: ReadonlySet<string> = new Set(["test", "unit_test"]);
/** They belong to a moment or to a person, not to the project. */
const LEFT_OUT: ReadonlySet<string> = new Set(["operation", "analysis"]);

export function describeProject(project: DescribedProject): RuleProject {
	const { manifest, lineage, layers } = project;
	const all = allNodes(manifest)
		.flatMap((kind) => [...kind.values()])
		.filter(({ resource_type: type }) => !LEFT_OUT.has(type))
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
	const nodes = all.filter(({ resource_type: type }) => !TESTS.has(type));
	const known = new Set<string>(nodes.map(({ unique_id: id }) => id));
	return {
		name: manifest.projectName,
		layers,
		nodes: nodes.map((node) => nodeRow(node, project)),
		columns: nodes.flatMap((node) => columnRows(node, lineage.nodes[node.unique_id]?.columns ?? [])),
		edges: nodes.flatMap(({ unique_id: child }): RuleEdge[] =>
			[...new Set(manifest.parents.get(child) ?? [])]
				.filter((parent) => known.has(parent))
				.sort()
				.map((parent) => ({ parent, child })),
		),
		tests: all.flatMap((node) => testRow(node)),
		column_lineage: nodes.flatMap(({ unique_id: node }) =>
			(lineage.nodes[node]?.columns ?? []).flatMap((column) => lineageRows(node, column)),
		),
	};
}

const textOr = <T>(value: unknown, other: T): string | T => (typeof value === "string" ? value : other);

function nodeRow(node: GraphNode, { layers, ownerOf, compiledOf }: DescribedProject): RuleNode {
	const config = node.config as { readonly [key: string]: unknown };
	const model = node.resource_type === "model" ? node : null;
	const { enforced } = (config.contract ?? {}) as { readonly enforced?: boolean };
	const stored = "relation_name" in node && node.relation_name !== null ? node : null;
	return {
		id: node.unique_id,
		name: node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name,
		type: node.resource_type,
		package: node.package_name,
		layer: node.layer,
		file: node.location.file,
		line: node.location.line,
		materialized: textOr(config.materialized, ""),
		access: model?.access ?? null,
		is_public: model !== null && (model.access === "public" || (node.layer !== null && node.layer === layers.at(-1))),
		contract_enforced: enforced === true,
		owner: ownerOf(node),
		group_name: "group" in node ? node.group : null,
		description: node.description ?? "",
		tags: node.tags,
		meta: { ...node.meta, ...(config.meta as { readonly [key: string]: Plain } | undefined) },
		config,
		database: stored?.database ?? null,
		schema: stored?.schema ?? null,
		identifier: stored === null ? null : "alias" in stored ? stored.alias : stored.identifier,
		raw_code: "raw_code" in node && node.raw_code !== "" ? node.raw_code : null,
		compiled_code: compiledOf(node.unique_id),
	};
}

/** Columns of the SQL in the order of the table, then those that are only described. */
function columnRows(node: GraphNode, given: readonly LineageColumn[]): readonly RuleColumn[] {
	const specs = new Map<string, ColumnSpec>(
		Object.values("columns" in node ? node.columns : {}).map((spec) => [spec.name.toLowerCase(), spec]),
	);
	const row = (name: string, position: number | null, column: LineageColumn | undefined): RuleColumn => {
		const spec = specs.get(name.toLowerCase());
		specs.delete(name.toLowerCase());
		const mark = column?.pii ?? (spec === undefined ? undefined : columnMark(spec));
		return {
			node: node.unique_id,
			name,
			position,
			type: column?.type ?? null,
			declared_type: spec?.data_type ?? null,
			description: spec?.description ?? "",
			tags: spec?.tags ?? [],
			meta: spec === undefined ? {} : columnMeta(spec),
			pii:
				mark === undefined ? (column?.inherited?.pii?.what.join(", ") ?? null) : mark.pii ? (mark.what ?? "pii") : null,
		};
	};
	const listed = given.map((column, i) => row(column.name, i + 1, column));
	return [...listed, ...[...specs.values()].map(({ name }) => row(name, null, undefined))];
}

function testRow(node: GraphNode): readonly RuleTest[] {
	if (node.resource_type !== "test" && node.resource_type !== "unit_test") return [];
	const about = { id: node.unique_id, name: node.name, file: node.original_file_path };
	if (node.resource_type === "unit_test")
		return [
			{ ...about, kind: "unit_test", node: node.depends_on.nodes[0] ?? null, column_name: null, severity: "error" },
		];
	const { test_metadata: kind, attached_node: attached, column_name, config, depends_on: on } = node;
	return [
		{
			...about,
			kind: kind === null ? null : kind.namespace === null ? kind.name : `${kind.namespace}.${kind.name}`,
			node: attached ?? on.nodes[0] ?? null,
			column_name,
			severity: textOr(config.severity, "error").toLowerCase(),
		},
	];
}

const lineageRows = (node: string, { name, upstream, kind, confidence }: LineageColumn): RuleColumnLineage[] =>
	upstream.map(({ node: from_node, column: from_column }) => ({
		node,
		column_name: name,
		from_node,
		from_column,
		kind,
		confidence,
	}));
