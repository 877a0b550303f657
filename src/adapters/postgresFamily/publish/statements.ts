import type { Dialect } from "../../../core/adapter.ts";
import type { NodeId } from "../../../core/node.ts";
import type { RelationFacts, RelKind } from "./catalogFacts.ts";

/** Whose fault it is when a statement fails, and as which refusal it is told. */
export interface Blame {
	readonly code: "TFM-PUB-010" | "TFM-PUB-011" | "TFM-PUB-012";
	readonly nodes: readonly NodeId[];
	/** The foreign object, for 010. */
	readonly what: string;
	/** Of a view that is made again, its oid. */
	readonly view?: number;
}

/**
 * One statement of the publishing transaction. `catalog` statements were printed by the server with an empty search_path
 * and run with one; `session` statements are the user's text and run with the session's own.
 */
export interface Step {
	readonly sql: string;
	readonly path: "catalog" | "session";
	readonly blame?: Blame;
}

export const step = (sql: string, blame?: Blame): Step =>
	blame === undefined ? { sql, path: "catalog" } : { sql, path: "catalog", blame };

/** A schema and a name, quoted. */
export const qualified = (dialect: Dialect, schema: string, name: string): string =>
	`${dialect.quote(schema)}.${dialect.quote(name)}`;

export const kindWord = (kind: RelKind): "table" | "view" | "materialized view" =>
	kind === "v" ? "view" : kind === "m" ? "materialized view" : "table";

export const isTable = (relation: { readonly kind: RelKind } | null): boolean =>
	relation?.kind === "r" || relation?.kind === "p";

/** `key=value` as the catalog keeps it → `key='value'`, which every option takes. */
export function optionList(dialect: Dialect, options: readonly string[]): string {
	return options
		.map((option) => {
			const at = option.indexOf("=");
			return `${option.slice(0, at)}=${dialect.literal(option.slice(at + 1))}`;
		})
		.join(", ");
}

/** Later options win. */
export function mergeOptions(first: readonly string[], second: readonly string[]): readonly string[] {
	const byKey = new Map([...first, ...second].map((option) => [option.slice(0, option.indexOf("=")), option] as const));
	return [...byKey.values()];
}

/** A view, materialized or not, as the catalog has it. Without `replace` it must not exist. */
export function viewStatement(dialect: Dialect, view: RelationFacts, mode: { readonly replace: boolean }): string {
	const columns = view.columns.map((c) => dialect.quote(c.name)).join(", ");
	const options = view.options.length === 0 ? "" : ` with (${optionList(dialect, view.options)})`;
	const query = (view.query ?? "").replace(/;\s*$/, "");
	return `create ${mode.replace ? "or replace " : ""}${kindWord(view.kind)} ${qualified(dialect, view.schema, view.name)} (${columns})${options} as\n${query}`;
}
