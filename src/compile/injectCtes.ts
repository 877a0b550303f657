/** Puts ephemeral models in front of a query as common table expressions, the way dbt does. */

import type { InlinedCte } from "../core/compiler.ts";
import type { NodeId } from "../core/node.ts";

export interface Cte {
	/** The name as SQL writes it. */
	readonly name: string;
	readonly sql: string;
}

/** dbt's spelling of one expression. */
export const cteText = ({ name, sql }: Cte): string => ` ${name} as (\n${sql}\n)`;

const CTE = /^ (.*?) as \(\n([\s\S]*)\n\)$/;

/** Each ephemeral model of a query as a node of its own: its SQL with the ephemeral models in it that it reads. */
export function compiledEphemerals(ctes: readonly InlinedCte[]): readonly {
	readonly id: NodeId;
	readonly sql: string;
	readonly ctes: readonly InlinedCte[];
	readonly macros: readonly string[];
}[] {
	const byId = new Map(ctes.map((cte) => [cte.id, cte]));
	const gather = (id: NodeId, into: Set<NodeId>): Set<NodeId> => {
		for (const read of byId.get(id)?.reads ?? []) if (!into.has(read)) gather(read, into.add(read));
		return into;
	};
	const parts = ({ sql }: InlinedCte): Cte => {
		const [, name = "", body = ""] = CTE.exec(sql) ?? [];
		return { name, sql: body };
	};
	return ctes.map((cte) => {
		const read = gather(cte.id, new Set());
		const own = ctes.filter(({ id }) => read.has(id));
		return { id: cte.id, sql: injectCtes(parts(cte).sql, own.map(parts)), ctes: own, macros: cte.macros };
	});
}

/**
 * Where the query has a `with` of its own, the expressions go first in it (after `recursive`); otherwise a `with` is
 * written before the query's first character. Only a `with` that begins the statement counts: the word may stand
 * anywhere else (`with ordinality`, `with time zone`).
 */
export function injectCtes(sql: string, ctes: readonly Cte[]): string {
	if (ctes.length === 0) return sql;
	const written = ctes.map(cteText).join(", ");
	const start = skipBlank(sql, 0);
	if (!/^with\b/i.test(sql.slice(start, start + 5))) {
		const first = sql.search(/\S|$/);
		return `${sql.slice(0, first)}with${written} ${sql.slice(first)}`;
	}
	let at = start + "with".length;
	const next = skipBlank(sql, at);
	// `recursive` may also be the name of an expression: then `as` or a list of columns follows.
	const afterNext = next + "recursive".length;
	if (/^recursive\b/i.test(sql.slice(next, afterNext + 1)) && !namesExpression(sql, afterNext)) at = afterNext;
	while (/\s/.test(sql[at] ?? "")) at++;
	return `${sql.slice(0, at)}${written}, ${sql.slice(at)}`;
}

function namesExpression(sql: string, at: number): boolean {
	const next = skipBlank(sql, at);
	return /^(?:as\b|\()/i.test(sql.slice(next, next + 3));
}

/** The first position from `at` that is neither white space nor in a comment; block comments nest, as in Postgres. */
function skipBlank(sql: string, at: number): number {
	for (;;) {
		while (at < sql.length && /\s/.test(sql[at] ?? "")) at++;
		if (sql.startsWith("--", at)) {
			const end = sql.indexOf("\n", at);
			at = end < 0 ? sql.length : end + 1;
		} else if (sql.startsWith("/*", at)) at = skipBlockComment(sql, at);
		else return at;
	}
}

function skipBlockComment(sql: string, at: number): number {
	let depth = 0;
	while (at < sql.length) {
		if (sql.startsWith("/*", at)) {
			depth++;
			at += 2;
		} else if (sql.startsWith("*/", at)) {
			at += 2;
			if (--depth === 0) return at;
		} else at++;
	}
	return at;
}
