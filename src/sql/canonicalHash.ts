import { createHash, type Hash } from "node:crypto";
import { type Ast, field, isRecord } from "./ast.ts";
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
