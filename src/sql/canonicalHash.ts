import { createHash } from "node:crypto";
import type { QueryOutline } from "./analysis.ts";
import { type Ast, field, identifiers, isRecord, list } from "./ast.ts";
import { canonicalText } from "./canonicalText.ts";
import { AGGREGATES } from "./functionTypes.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** The same for two queries that differ in comments, space, the case of keywords and of names only. */
export const canonicalHash = (query: Ast, dialect: SqlDialect): string => shortHash(query, dialect, 16);

const shortHash = (ast: Ast, dialect: SqlDialect, length: number): string =>
	createHash("sha256").update(canonicalText(ast, dialect)).digest("hex").slice(0, length);

/**
 * Undefined where an item more could change the rows: set operations, distinct, and what is not a plain select at the
 * end.
 */
export function queryOutline(query: Ast, dialect: SqlDialect): QueryOutline | undefined {
	const select = field(field(query, "body"), "Select");
	if (!isRecord(select) || !isRecord(query) || isRecord(select.distinct) || select.distinct === "Distinct")
		return undefined;
	const short = (ast: Ast): string => shortHash(ast, dialect, 8);
	const frame = short({ ...query, body: { Select: { ...select, projection: [] } } });
	return { frame, items: list(select.projection).map((item) => (addsRows(item) ? `${short(item)}!` : short(item))) };
}

/** Such an item gives more rows, or one for all: adding it changes what there is. Marked with `!` in an outline. */
const ROW_MAKERS =
	/^(unnest|generate_series|generate_subscripts|jsonb?_array_elements(_text)?|jsonb?_each(_text)?|jsonb?_object_keys|regexp_matches|regexp_split_to_table|string_to_table|explode)$/;

function addsRows(ast: Ast): boolean {
	if (Array.isArray(ast)) return ast.some(addsRows);
	if (!isRecord(ast)) return false;
	if ("Wildcard" in ast || "QualifiedWildcard" in ast) return true;
	const name = identifiers(field(ast.Function, "name")).at(-1)?.value.toLowerCase();
	if (name !== undefined && !isRecord(field(ast.Function, "over")) && (ROW_MAKERS.test(name) || AGGREGATES.has(name)))
		return true;
	return Object.entries(ast).some(([key, value]) => key !== "Subquery" && addsRows(value));
}
