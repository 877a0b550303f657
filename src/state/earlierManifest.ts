import { fail } from "../core/diagnostic.ts";
import { type NodeId, nodeId, type Plain } from "../core/node.ts";

export type PlainRecord = { readonly [key: string]: Plain };

/**
 * manifest.json of an earlier run, by dbt or by tfm, as far as comparing and deferring need it. Nodes stay records: a
 * manifest of another version has other fields, and one that is missing is no mistake.
 */
export interface EarlierManifest {
	/** Models, seeds, snapshots, tests, analyses; sources, exposures, unit tests and all other kinds with ids. */
	readonly nodes: ReadonlyMap<NodeId, PlainRecord>;
	/** Text of every macro, by unique id. */
	readonly macros: ReadonlyMap<string, string>;
}

/** Versions of the schema that dbt 1.12 reads. */
const VERSIONS = { least: 4, most: 12 } as const;

const SECTIONS = [
	"nodes",
	"sources",
	"exposures",
	"metrics",
	"unit_tests",
	"semantic_models",
	"saved_queries",
	"functions",
] as const;

/** Names of dbt before 1.3. */
const OLD_NAMES: readonly (readonly [old: string, now: string])[] = [
	["raw_sql", "raw_code"],
	["compiled_sql", "compiled_code"],
];

export const isRecord = (value: unknown): value is PlainRecord =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** `path` is what messages call the file. Throws TFM-STATE-002 and 003. */
export function readEarlierManifest(text: string, path: string): EarlierManifest {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (cause) {
		fail("TFM-STATE-002", { path, problem: "it is not JSON" }, { cause });
	}
	if (!isRecord(document) || !isRecord(document.nodes))
		fail("TFM-STATE-002", { path, problem: "it has no nodes, so it is no manifest" });
	checkVersion(document, path);
	const nodes = new Map<NodeId, PlainRecord>();
	for (const section of SECTIONS)
		for (const [id, node] of Object.entries(document[section] ?? {}))
			if (isRecord(node)) nodes.set(nodeId(id), withTodaysNames(node));
	const macros = new Map<string, string>();
	for (const [id, macro] of Object.entries(document.macros ?? {}))
		if (isRecord(macro)) macros.set(id, String(macro.macro_sql ?? ""));
	return Object.freeze({ nodes, macros });
}

function checkVersion(document: PlainRecord, path: string): void {
	const written = isRecord(document.metadata) ? document.metadata.dbt_schema_version : undefined;
	// dbt checks only a version that is written.
	if (typeof written !== "string") return;
	const version = Number(/\/manifest\/v(\d+)\.json$/.exec(written)?.[1]);
	if (version >= VERSIONS.least && version <= VERSIONS.most) return;
	fail("TFM-STATE-003", { path, found: written, least: VERSIONS.least, most: VERSIONS.most });
}

function withTodaysNames(node: PlainRecord): PlainRecord {
	const renamed = OLD_NAMES.filter(([old]) => Object.hasOwn(node, old));
	if (renamed.length === 0) return node;
	const { ...copy }: { [key: string]: Plain } = node;
	for (const [old, now] of renamed) {
		copy[now] = copy[old] ?? null;
		delete copy[old];
	}
	return copy;
}
