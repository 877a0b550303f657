import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { loadParser } from "./loadParser.ts";
import type { SqlDialectName } from "./sqlDialect.ts";
import { compact, relationsOf } from "./testing/microCases.ts";

interface MicroCase {
	readonly topic: string;
	readonly dialect?: SqlDialectName;
	readonly sql: string;
	readonly expected: readonly string[];
}

const CASES = JSON.parse(
	readFileSync(new URL("./microCases.golden.json", import.meta.url), "utf8"),
) as readonly MicroCase[];

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

describe("one query after another, over the tables of testing/microCases.ts", () => {
	it.each(CASES.map((one) => ({ ...one, title: `${one.dialect ?? "postgres"}, ${one.topic}: ${one.sql}` })))(
		"$title",
		({ dialect = "postgres", sql, expected }) => {
			expect(compact(analyzeQuery({ sql, dialect, relations: relationsOf(dialect) }, parse))).toEqual(expected);
		},
	);
});
