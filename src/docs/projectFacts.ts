import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { TestNode } from "../core/node.ts";
import { dimensionOf } from "../core/qualityDimension.ts";
import { artifactEntries, checkVersion, type Json, objectOf, stringsOf, textOf } from "./artifact.ts";
import { executedSql } from "./executedSql.ts";
import { NODE_TYPES, type NodeType } from "./siteData.ts";
import type { Spool } from "./spool.ts";

/** What the graph needs of a node; everything larger is in the spool. */
export interface NodeFact {
	readonly id: string;
	readonly type: NodeType;
	readonly package: string;
	/** The id without its type and package. */
	readonly label: string;
	readonly folders: readonly string[];
	readonly owner: string;
	readonly tags: readonly string[];
	readonly materialized: string;
	readonly access: string | null;
	readonly documented: boolean;
	readonly text: string;
	readonly parents: readonly string[];
	/** Unique ids of docs blocks with the column that uses them; an empty column is the node. */
	readonly terms: readonly (readonly [string, string])[];
}

export interface TestFact {
	readonly id: string;
	readonly name: string;
	readonly kind: string;
	readonly column: string | null;
	readonly severity: string;
	readonly dimension: string | null;
	/** What it tests. */
	readonly nodes: readonly string[];
}

export interface ProjectFacts {
	readonly project: string;
	readonly generatedAt: string;
	readonly dbtVersion: string;
	/** Sorted by id. */
	readonly nodes: readonly NodeFact[];
	readonly tests: readonly TestFact[];
	readonly docs: readonly {
		readonly id: string;
		readonly name: string;
		readonly package: string;
		readonly contents: string;
	}[];
}

/** What of a node goes through the spool. */
export interface NodeBody {
	readonly kind: "node";
	readonly description: string;
	readonly relation: string | null;
	readonly path: string;
	readonly patch: string | null;
	readonly access: string | null;
	readonly contract: boolean;
	readonly key: readonly string[];
	readonly raw: string | null;
	readonly compiled: string | null;
	readonly executed: string | null;
	readonly meta: readonly (readonly [string, string])[];
	readonly columns: readonly BodyColumn[];
	readonly url: string | null;
	readonly freshness: { readonly warn: string | null; readonly error: string | null } | null;
}
export interface BodyColumn {
	readonly name: string;
	readonly type: string | null;
	readonly description: string;
	readonly pii: boolean;
	readonly tags: readonly string[];
	readonly constraints: readonly string[];
	readonly terms: readonly string[];
}
export interface TestBody {
	readonly kind: "test";
	readonly id: string;
	readonly description: string;
	readonly sql: string | null;
	readonly storedIn: string | null;
	readonly path: string;
	/** What a test of no one column was given. */
	readonly args: string;
}
export interface CatalogBody {
	readonly kind: "catalog";
	readonly comment: string | null;
	readonly columns: readonly (readonly [name: string, type: string, comment: string | null])[];
}

const SECTIONS = new Set([
	"nodes",
	"sources",
	"exposures",
	"metrics",
	"semantic_models",
	"saved_queries",
	"functions",
	"unit_tests",
	"docs",
]);

/** Reads manifest.json and catalog.json once; what is large goes to the spool. */
export function readProjectFacts(
	target: string,
	spool: Spool,
	options: { readonly excludeCode: boolean },
): ProjectFacts {
	const executed = options.excludeCode ? () => null : executedSql(target);
	const nodes: NodeFact[] = [];
	const tests: TestFact[] = [];
	const docs: { id: string; name: string; package: string; contents: string }[] = [];
	let metadata: Json = {};
	const path = join(target, "manifest.json");
	for (const { section, key, value } of artifactEntries(path, SECTIONS)) {
		const node = objectOf(value);
		if (section !== null && node !== value)
			fail("TFM-DOCS-002", { file: path, problem: `${section}.${key} is no object` });
		if (section === null) metadata = node;
		else if (section === "docs")
			docs.push({
				id: key,
				name: textOf(node.name),
				package: textOf(node.package_name),
				contents: textOf(node.block_contents),
			});
		else if (node.resource_type === "test" || section === "unit_tests") tests.push(takeTest(key, node, spool, options));
		else if ((NODE_TYPES as readonly unknown[]).includes(node.resource_type))
			nodes.push(takeNode(key, node, spool, { ...options, executed }));
	}
	checkVersion(path, metadata, /\/manifest\/v12\.json$/, "manifest version 12");
	readCatalog(join(target, "catalog.json"), spool);
	const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
	return {
		project: textOf(metadata.project_name) || "project",
		generatedAt: textOf(metadata.generated_at),
		dbtVersion: textOf(metadata.dbt_version),
		nodes: nodes.sort(byId),
		tests: tests.sort(byId),
		docs: docs.sort(byId),
	};
}

interface TakenCode {
	readonly excludeCode: boolean;
	readonly executed: ReturnType<typeof executedSql>;
}

function takeNode(id: string, node: Json, spool: Spool, { excludeCode, executed }: TakenCode): NodeFact {
	const config = objectOf(node.config);
	const meta = { ...objectOf(node.meta), ...objectOf(config.meta) };
	const type = node.resource_type as NodeType;
	const packageName = textOf(node.package_name);
	const columns = Object.values(objectOf(node.columns)).map(columnOf);
	const description = textOf(node.description);
	const docBlocks = stringsOf(node.doc_blocks);
	const path = textOf(node.original_file_path);
	const body: NodeBody = {
		kind: "node",
		description,
		relation: textOf(node.relation_name) || null,
		path,
		patch: textOf(node.patch_path).replace(/^[^:]*:\/\//, "") || null,
		access: textOf(node.access) || null,
		contract: objectOf(config.contract).enforced === true,
		key: stringsOf(node.primary_key),
		raw: excludeCode || type === "seed" ? null : textOf(node.raw_code) || null,
		compiled: excludeCode ? null : textOf(node.compiled_code) || null,
		executed: executed({ type, name: textOf(node.name), package: packageName, path }),
		meta: Object.entries(meta).map(([key, value]) => [key, shown(value)] as const),
		columns,
		url: safeUrl(textOf(node.url)),
		freshness: type === "source" ? freshnessOf(node) : null,
	};
	spool.add(id, body);
	return {
		id,
		type,
		package: packageName,
		label: labelOf(id, type, packageName),
		folders: stringsOf(node.fqn).slice(1, type === "source" ? -2 : -1),
		owner: ownerOf(node, meta),
		tags: stringsOf(node.tags).length > 0 ? stringsOf(node.tags) : stringsOf(config.tags),
		materialized: textOf(config.materialized) || (type === "exposure" ? textOf(node.type) : ""),
		access: body.access,
		documented: description.trim() !== "",
		text: description,
		parents: stringsOf(objectOf(node.depends_on).nodes),
		terms: [
			...docBlocks.map((term) => [term, ""] as const),
			...columns.flatMap((column) => column.terms.map((term) => [term, column.name] as const)),
		],
	};
}

const labelOf = (id: string, type: string, packageName: string): string => {
	const prefix = `${type}.${packageName}.`;
	return id.startsWith(prefix) ? id.slice(prefix.length) : id;
};

/** Only the web: `javascript:` in an exposure's address goes nowhere. */
const safeUrl = (url: string): string | null => (/^https?:\/\//i.test(url) ? url : null);

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function ownerOf(node: Json, meta: Json): string {
	const owner = meta.owner ?? objectOf(node.owner).name ?? objectOf(node.owner).email ?? node.group;
	return typeof owner === "string" ? owner : "";
}

function columnOf(value: unknown): BodyColumn {
	const column = objectOf(value);
	const config = objectOf(column.config);
	const meta = { ...objectOf(column.meta), ...objectOf(config.meta) };
	const tags = stringsOf(column.tags).length > 0 ? stringsOf(column.tags) : stringsOf(config.tags);
	return {
		name: textOf(column.name),
		type: textOf(column.data_type) || null,
		description: textOf(column.description),
		pii: (meta.pii !== undefined && meta.pii !== false && meta.pii !== "none") || tags.includes("pii"),
		tags,
		constraints: (Array.isArray(column.constraints) ? column.constraints : []).map((c) => textOf(objectOf(c).type)),
		terms: stringsOf(column.doc_blocks),
	};
}

function freshnessOf(node: Json): NodeBody["freshness"] {
	const freshness = objectOf(node.freshness);
	const limit = (name: string): string | null => {
		const { count, period } = objectOf(freshness[name]);
		return typeof count === "number" && typeof period === "string"
			? `${count} ${period}${count === 1 ? "" : "s"}`
			: null;
	};
	const [warn, error] = [limit("warn_after"), limit("error_after")];
	return warn === null && error === null ? null : { warn, error };
}

function takeTest(id: string, node: Json, spool: Spool, { excludeCode }: { readonly excludeCode: boolean }): TestFact {
	const config = objectOf(node.config);
	const metadata = objectOf(node.test_metadata);
	const isUnit = node.resource_type === "unit_test" || id.startsWith("unit_test.");
	const attached = textOf(node.attached_node) || textOf(node.tested_node_unique_id);
	const parents = stringsOf(objectOf(node.depends_on).nodes);
	const nodes = attached !== "" ? [attached] : isUnit ? parents.slice(0, 1) : parents;
	const body: TestBody = {
		kind: "test",
		id,
		description: textOf(node.description),
		sql: excludeCode ? null : textOf(node.compiled_code) || null,
		storedIn: config.store_failures === true ? textOf(node.relation_name) || null : null,
		path: textOf(node.original_file_path),
		args: textOf(node.column_name) === "" ? argsOf(objectOf(metadata.kwargs)) : "",
	};
	for (const tested of nodes) spool.add(tested, body);
	return {
		id,
		name: textOf(node.name),
		kind: isUnit ? "unit" : textOf(metadata.name) || "singular",
		column: textOf(node.column_name) || null,
		severity: textOf(config.severity).toLowerCase() || "error",
		dimension: dimensionOf({ ...node, config } as unknown as TestNode),
		nodes,
	};
}

const MOST_ARGS = 120;

/** A generic test's arguments as words, by which two of one kind are told apart. */
function argsOf({ model: _model, ...kwargs }: Json): string {
	const words = Object.values(kwargs).flat().map(String).join(", ");
	return words.length > MOST_ARGS ? `${words.slice(0, MOST_ARGS - 1)}…` : words;
}

function readCatalog(path: string, spool: Spool): void {
	if (!existsSync(path)) return;
	let metadata: Json = {};
	for (const { section, key, value } of artifactEntries(path, new Set(["nodes", "sources"]))) {
		if (section === null) {
			metadata = objectOf(value);
			continue;
		}
		const table = objectOf(value);
		const columns = Object.values(objectOf(table.columns)).map(objectOf);
		const body: CatalogBody = {
			kind: "catalog",
			comment: textOf(objectOf(table.metadata).comment) || null,
			columns: columns
				.sort((a, b) => Number(a.index) - Number(b.index))
				.map((c) => [textOf(c.name), textOf(c.type), textOf(c.comment) || null]),
		};
		spool.add(key, body);
	}
	checkVersion(path, metadata, /\/catalog\/v1\.json$/, "catalog version 1");
}
