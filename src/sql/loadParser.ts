/**
 * The parser: datafusion-sqlparser-rs as WebAssembly. It is loaded on the first question and works synchronously, so it
 * belongs into a thread that can be ended. After anything but a syntax error it must not be used again.
 */

import { type ParseSql, SqlSyntaxError } from "./analyzeQuery.ts";
import type { Ast } from "./ast.ts";

/** Its own limit of 50 is less than what generated SQL needs; the thread has the stack for more than this. */
const DEEPEST = 1_000;

export async function loadParser(): Promise<ParseSql> {
	const { dialectFromString, init, Parser, ParserError } = await import("@guanmingchiu/sqlparser-ts");
	await init();
	return (sql, dialect) => {
		try {
			const parser = new Parser(dialectFromString(dialect)).withRecursionLimit(DEEPEST);
			return parser.parse(sql) as unknown as readonly Ast[];
		} catch (error) {
			// The package wraps whatever is thrown, a trap of WebAssembly too; only the parser's own words are harmless.
			if (error instanceof ParserError && error.message.startsWith("sql parser error"))
				throw new SqlSyntaxError(error.message.replace(/^sql parser error: /, ""));
			throw error;
		}
	};
}
