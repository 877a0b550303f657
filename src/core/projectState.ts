/**
 * A commit of the project as far as a later one is compared with it (ADR 0043). A document that a store keeps by commit;
 * field names are those of the document.
 */
import type { LineageColumn, NodeLineage } from "./lineage.ts";
import type { ResourceType } from "./node.ts";

export const PROJECT_STATE_SCHEMA = "tfm.state/1";

/** What a node's behaviour comes from, by name; equal texts mean equal parts. See `Fingerprint`. */
export type CodeParts = { readonly [part: string]: string };

/** Column lineage without what only the documentation needs, and without remarks on places in the SQL. */
export type StateColumn = Omit<LineageColumn, "description" | "tags" | "pii" | "inherited">;
export interface StateLineage extends Omit<NodeLineage, "columns" | "remarks"> {
	readonly columns: readonly StateColumn[];
}

export interface StateContract {
	readonly columns: readonly { readonly name: string; readonly type: string | null }[];
	/** Readable, sorted: `not_null customer_id`. */
	readonly constraints: readonly string[];
}

export interface NodeState {
	readonly resource_type: ResourceType;
	readonly name: string;
	readonly layer: string | null;
	/** Where it is declared; lines count from 1. Of a test the file alone. */
	readonly file: string;
	readonly line: number;
	/** Another hash: it has to be built again. */
	readonly code: string;
	/** Another hash and the same `code`: its documentation, tags, owner or grants changed, its rows did not. */
	readonly meta: string;
	readonly parts: CodeParts;
	/** Hash of the template, without comments and space: tells a change of its own text from one of a macro. */
	readonly template: string;
	/** Ids of its inputs, sorted. */
	readonly reads: readonly string[];
	readonly access: "private" | "protected" | "public";
	/** A person or a team; null: nobody is named. */
	readonly owner: string | null;
	readonly materialized: string;
	/** Null: none is enforced. */
	readonly contract: StateContract | null;
	/** Of tests: which node and column they look at. */
	readonly tests?: { readonly node: string; readonly column: string | null; readonly name: string };
	readonly lineage?: StateLineage;
}

export interface ProjectState {
	readonly schema_version: typeof PROJECT_STATE_SCHEMA;
	readonly tfm_version: string;
	readonly project: string;
	/** Configuration may hang on it, so states of two targets are not compared. */
	readonly target: string;
	/** Null: files that are not committed. */
	readonly commit: string | null;
	/** By unique id, sorted. */
	readonly nodes: { readonly [id: string]: NodeState };
}
