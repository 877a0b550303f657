/**
 * manifest.json, version 12, as dbt 1.12 writes it (spec 2.17). Written piece by piece, so that a project of ten
 * thousand models never stands in memory a second time as text. Keys are sorted, but for exposures and metrics, which
 * stand in the order of their files as in dbt; nothing depends on the order of finding, so the same project gives the same bytes; what changes from run to run is `metadata` and `created_at`.
 */
import { hash } from "node:crypto";
import type { GroupNode, Manifest } from "../core/manifest.ts";
import type { ExecutableNode, NodeId, Plain } from "../core/node.ts";
import type { QuotePolicy } from "../core/relation.ts";
import { DBT_VERSION } from "../core/version.ts";
import { createNodeWriters, type NodeWork } from "./nodeJson.ts";
import { selectorsJson } from "./selectorsJson.ts";
import {
	type JsonPiece,
	listText,
	mapPieces,
	objectPieces,
	passingPiece,
	sortedText,
	textOf,
	wholePiece,
} from "./sortedJson.ts";

export type { NodeWork } from "./nodeJson.ts";

export interface ManifestMeta {
	readonly invocationId: string;
	/** ISO, UTC. */
	readonly generatedAt: string;
	readonly startedAt: string;
	/** `postgres` for the embedded database too: what the SQL is written for. */
	readonly adapterType: string;
	readonly quoting: QuotePolicy;
	/** DBT_ENV_CUSTOM_ENV_*, without the prefix. */
	readonly env: { readonly [name: string]: string };
	/** The entries of selectors.yml. */
	readonly selectors?: readonly Plain[];
	/** What the command did with nodes. */
	readonly work?: ReadonlyMap<NodeId, NodeWork>;
}

const SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json";

/** The file as a sequence of texts, to be written one after the other. */
export function* toManifestJson(manifest: Manifest, meta: ManifestMeta): Generator<string> {
	for (const piece of manifestPieces(manifest, meta)) yield textOf(piece);
}

/**
 * The same before its text is made. Of two sequences of one manifest the pieces are the same ones in the same order;
 * a piece's text is the same too, but for `metadata` (which holds no entries) and the nodes that were compiled between.
 */
export function* manifestPieces(manifest: Manifest, meta: ManifestMeta): Generator<JsonPiece> {
	const created = Date.parse(meta.startedAt) / 1000;
	const { node, macro } = createNodeWriters({ created, work: meta.work ?? new Map() });
	const groups: ReadonlyMap<string, GroupNode> = manifest.groups ?? new Map();
	// By their ids: the nodes themselves may not have been read yet (app/parseCache/partedMap.ts).
	const isFunction = (id: NodeId): boolean => id.startsWith("function.");
	const functions = new Map([...manifest.nodes.keys()].filter(isFunction).map((id) => [id, manifest.nodes.get(id)!]));
	const unresolved = manifest.unresolved ?? new Map();
	const nodes =
		functions.size + unresolved.size === 0
			? manifest.nodes
			: new Map([...[...manifest.nodes].filter(([id]) => !isFunction(id)), ...unresolved]);
	const { parents, children } = withUnresolved(manifest, unresolved);
	yield* objectPieces([
		["child_map", mapPieces(children, listText, { lasting: true })],
		["disabled", mapPieces(manifest.disabled, (nodes) => `[${nodes.map(node).join(",")}]`)],
		["docs", mapPieces(manifest.docs, (doc) => sortedText({ ...doc, resource_type: "doc" }))],
		["exposures", mapPieces(manifest.exposures, node, { order: "kept" })],
		["functions", mapPieces(functions, node)],
		["group_map", wholePiece(() => sortedText(groupMap(manifest, groups)))],
		["groups", mapPieces(groups, sortedText)],
		["macros", mapPieces(manifest.macros, macro)],
		["metadata", passingPiece(() => sortedText(metadata(manifest, meta)))],
		["metrics", mapPieces(manifest.metrics, node, { order: "kept" })],
		["nodes", mapPieces(nodes, node)],
		["parent_map", mapPieces(parents, listText, { lasting: true })],
		["saved_queries", mapPieces(manifest.savedQueries, node)],
		["selectors", wholePiece(() => sortedText(selectorsJson(meta.selectors ?? [])))],
		["semantic_models", mapPieces(manifest.semanticModels, node)],
		["sources", mapPieces(manifest.sources, node)],
		["unit_tests", mapPieces(manifest.unitTests, node)],
	]);
	yield* wholePiece(() => "\n");
}

/** The edges with those of tests that cannot run, as far as they lead anywhere. */
function withUnresolved(
	manifest: Manifest,
	unresolved: ReadonlyMap<NodeId, ExecutableNode>,
): Pick<Manifest, "parents" | "children"> {
	if (unresolved.size === 0) return manifest;
	const [parents, children] = [new Map(manifest.parents), new Map(manifest.children)];
	for (const [id, { depends_on }] of unresolved) {
		parents.set(id, [...depends_on.nodes].sort());
		children.set(id, []);
		for (const input of depends_on.nodes) children.set(input, [...(children.get(input) ?? []), id].sort());
	}
	return { parents, children };
}

const metadata = (manifest: Manifest, meta: ManifestMeta) => ({
	dbt_schema_version: SCHEMA,
	dbt_version: DBT_VERSION,
	generated_at: meta.generatedAt,
	invocation_id: meta.invocationId,
	invocation_started_at: meta.startedAt,
	env: meta.env,
	project_name: manifest.projectName,
	project_id: hash("md5", manifest.projectName, "hex"),
	user_id: null,
	send_anonymous_usage_stats: false,
	adapter_type: meta.adapterType,
	quoting: { ...meta.quoting, column: null },
	run_started_at: meta.startedAt,
});

function groupMap(
	manifest: Manifest,
	groups: ReadonlyMap<string, GroupNode>,
): { readonly [name: string]: readonly string[] } {
	const members: { [name: string]: string[] } = {};
	for (const { name } of groups.values()) members[name] = [];
	for (const nodes of [manifest.nodes, manifest.savedQueries, manifest.semanticModels, manifest.metrics])
		for (const { group, unique_id } of nodes.values()) if (group !== null) members[group]?.push(unique_id);
	return members;
}
