/**
 * A node while the manifest is put together: filled in step by step, then finished into the frozen node that everybody
 * else sees. Private to this room.
 */
import type { Location } from "../core/location.ts";
import type { FunctionNode, FunctionOverload, NodeId, Plain, RefArgs, TestMetadata } from "../core/node.ts";
import type { FilePlace, ParsedCode, PlainRecord, YamlEntry } from "../core/parsed.ts";
import type { ConfiguredKind } from "./configDefaults.ts";

export type DraftKind = Exclude<
	ConfiguredKind,
	"source" | "exposure" | "unit_test" | "metric" | "semantic_model" | "saved_query" | "group"
>;

/** The properties of one node: an entry of a property file, or one version of one. */
export interface Patch {
	readonly entry: YamlEntry;
	readonly description: string;
	/** Merged over `meta`, `docs`, `group`, `contract`, `access` at the top of the entry. */
	readonly config: PlainRecord;
	readonly unrenderedConfig: PlainRecord;
	readonly columns: readonly ColumnSource[];
	readonly constraints: readonly Plain[];
	readonly version: string | number | null;
	readonly latestVersion: string | number | null;
	readonly deprecationDate: string | null;
	readonly timeSpine: Plain;
	/** Of a function; null where the entry does not say what it returns. */
	readonly signature: FunctionSignature | null;
}

export interface FunctionSignature extends Pick<FunctionNode, "arguments" | "returns"> {
	/** As listed; the body is that of another draft. */
	readonly overloads: readonly Omit<FunctionOverload, "raw_body" | "body_at">[];
}

/** A column of a property file and the way to it inside its entry. */
export interface ColumnSource {
	readonly record: PlainRecord;
	readonly path: readonly (string | number)[];
}

export interface TestFacts {
	readonly metadata: TestMetadata | null;
	/** Quoted where the column is. */
	readonly columnName: string | null;
	readonly fileKeyName: string | null;
	/** Name of the tested node, for `attached_node`; null for sources and singular tests. */
	readonly attachedTo: RefArgs | null;
}

export interface Draft {
	readonly kind: DraftKind;
	readonly package_name: string;
	name: string;
	unique_id: NodeId;
	readonly path: string;
	readonly original_file_path: string;
	readonly file: string;
	readonly root_path: string;
	fqn: readonly string[];
	readonly raw_code: string;
	readonly language: "sql" | "python" | "javascript";
	readonly checksum: ParsedCode["checksum"];
	readonly code_line: number;
	readonly code_column: number;
	/** Where it is declared; computed when asked, since places in YAML cost a second reading. */
	readonly locate: () => Location;
	/** config() calls of the file; `rendered` is false where dbt takes them from the properties without rendering. */
	readonly rendered: boolean;
	readonly calls: readonly PlainRecord[];
	/** Keywords of the first of them as written; null where it has none, or they are known to be what they give. */
	readonly written: PlainRecord | null;
	/** Tags known before the property file was read come first in `tags` (dbt's order). */
	readonly firstTags: readonly string[];
	config: PlainRecord;
	unrendered: PlainRecord;
	tags: readonly string[];
	patch: Patch | null;
	description: string;
	readonly descriptionAt: (() => FilePlace) | null;
	refs: readonly RefArgs[];
	sources: readonly (readonly [string, string])[];
	functions: readonly (readonly string[])[];
	/** Of a function, with their bodies. */
	overloads?: readonly FunctionOverload[];
	readonly metrics: readonly (readonly string[])[];
	macros: readonly string[];
	readonly test: TestFacts | null;
	/** on-run-start / on-run-end: position among the hooks of its package. */
	readonly index: number | null;
	depends: readonly NodeId[];
	/** A test that was disabled because it reads what is missing or disabled. */
	unresolved: boolean;
	layer: string | null;
	database: string;
	schema: string;
	alias: string;
	relation_name: string | null;
	pointer: { readonly alias: string; readonly relation_name: string } | null;
	attached: NodeId | null;
	/** Its config's, for a generic test its node's. */
	group: string | null;
}

export const isEnabled = (draft: Draft): boolean => draft.config.enabled !== false;

export const isVersioned = (draft: Draft): boolean => (draft.patch?.version ?? null) !== null;

/** Nodes that ref() can name. */
export const isRefable = (kind: DraftKind): boolean => kind === "model" || kind === "seed" || kind === "snapshot";

/** What the user calls it: `model "orders"`. */
export const labelOf = (draft: { readonly kind: string; readonly name: string }): string =>
	`${draft.kind} "${draft.name}"`;
