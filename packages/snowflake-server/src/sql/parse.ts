import { dialectFromString, init, Parser } from "@guanmingchiu/sqlparser-ts";
import { SnowflakeError, syntaxError } from "../snowflakeError.ts";
import type { Ast, AstRecord } from "./ast.ts";

const DEEPEST = 500;

export type Parse = (sql: string) => AstRecord;

/** The parser of queries and DML; one statement at a time. Throws 001003 for what it cannot read. */
export async function loadParser(): Promise<Parse> {
	await init();
	return (sql) => {
		let trees: readonly Ast[];
		try {
			const parser = new Parser(dialectFromString("snowflake")).withRecursionLimit(DEEPEST);
			trees = parser.parse(sql) as unknown as readonly Ast[];
		} catch (error) {
			throw refusal(error);
		}
		const [tree] = trees;
		if (trees.length !== 1 || typeof tree !== "object" || tree === null)
			throw new SnowflakeError("000900", "42601", "SQL compilation error:\nEmpty SQL statement.");
		return tree as AstRecord;
	};
}

function refusal(error: unknown): unknown {
	if (!(error instanceof Error) || !error.message.includes("sql parser error")) return error;
	const place = /at Line: (\d+), Column: (\d+)/.exec(error.message);
	const found = /found: (.*?)(?: at Line:|$)/s.exec(error.message)?.[1] ?? "<EOF>";
	return syntaxError(found === "EOF" ? "<EOF>" : found, {
		line: Number(place?.[1] ?? 1),
		pos: Math.max(0, Number(place?.[2] ?? 1) - 1),
	});
}
