import { createHash, type Hash } from "node:crypto";
import type { QueryOutline } from "./analysis.ts";
import { type Ast, field, identifiers, isRecord, list } from "./ast.ts";
import { AGGREGATES } from "./functionTypes.ts";
import type { SqlDialect } from "./sqlDialect.ts";

/** Where the text stood, and which of two ways of writing the same was taken. */
const LEFT_OUT = new Set(
	"span select_token with_token wildcard_token case_token end_token closing_paren_token opening_token closing_token explicit as_keyword".split(
		" ",
	),
);

/**
 * The same for two queries that differ in comments, space, the case of keywords and of names only. Fed to the digest
 * piece by piece: the tree holds values that JSON cannot carry, and may be large.
 */
export function canonicalHash(query: Ast, dialect: SqlDialect): string {
	const hash = createHash("sha256");
	feed(query, hash, dialect);
	return hash.digest("hex").slice(0, 16);
}

/**
 * Undefined where an item more could change the rows: set operations, distinct, and what is not a plain select at the
 * end.
 */
export function queryOutline(query: Ast, dialect: SqlDialect): QueryOutline | undefined {
	const select = field(field(query, "body"), "Select");
	if (!isRecord(select) || !isRecord(query) || isRecord(select.distinct) || select.distinct === "Distinct")
		return undefined;
	const short = (ast: Ast): string => {
		const hash = createHash("sha256");
		feed(ast, hash, dialect);
		return hash.digest("hex").slice(0, 8);
	};
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

function feed(ast: Ast, hash: Hash, dialect: SqlDialect): void {
	if (Array.isArray(ast)) {
		hash.update(`[${ast.length}`);
		for (const item of ast) feed(item, hash, dialect);
		return;
	}
	if (!isRecord(ast)) {
		hash.update(`${typeof ast}:${String(ast)}\n`);
		return;
	}
	const { value } = ast;
	if (typeof value === "string" && "quote_style" in ast) {
		const quoted = typeof field(ast, "quote_style") === "string";
		hash.update(`name:${dialect.fold(value, quoted)}\n`);
		return;
	}
	for (const [key, inner] of Object.entries(ast)) {
		if (LEFT_OUT.has(key) || inner === null || inner === undefined) continue;
		hash.update(`{${key}`);
		feed(inner, hash, dialect);
	}
	hash.update("}");
}
