import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { changeCategory } from "./changeCategory.ts";
import { loadParser } from "./loadParser.ts";
import { relationsOf } from "./testing/microCases.ts";
import { query } from "./testing/randomSql.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const analyse = (sql: string) => {
	const { hash, outline, ...rest } = analyzeQuery(
		{ sql, dialect: "postgres", relations: relationsOf("postgres") },
		parse,
	);
	return { ...rest, semantic_hash: hash!, ...(outline === undefined ? {} : { outline }) };
};

describe("random queries", () => {
	it("are all read, and never crash the analysis", () => {
		fc.assert(
			fc.property(query, (words) => {
				const { status, columns, complete } = analyse(words.join(" "));
				expect(["ok", "partial"]).toContain(status);
				expect(columns.length > 0 || !complete).toBe(true);
			}),
			{ numRuns: 300 },
		);
	});

	it("keep their hash and lineage when comments, space and the case of words change", () => {
		const space = fc.constantFrom(" ", "\n", "\t  ", " /* a comment */ ", " -- and one more\n");
		const shouted = fc.boolean();
		fc.assert(
			fc.property(query, fc.array(fc.tuple(space, shouted), { minLength: 200, maxLength: 200 }), (words, ways) => {
				const other = words.map((word, i) => {
					const [between, loud] = ways[i % ways.length]!;
					return (loud && !/['"]/.test(word) ? word.toUpperCase() : word) + between;
				});
				const { remarks: _, ...first } = analyse(words.join(" "));
				const { remarks: __, ...second } = analyse(other.join(""));
				expect(second).toEqual(first);
			}),
			{ numRuns: 200 },
		);
	});
});

describe("a change of a query", () => {
	it.each([
		["select a, b from t", "SELECT a ,b -- both\nFROM T", "none"],
		['select "A" from t', "select a from t", "breaking"],
		["select a, b from t", "select a, c, b from t", "non_breaking"],
		["select a, b from t", "select a from t", "breaking"],
		["select a, b from t", "select a + 1 as a, b from t", "breaking"],
		["select a from t", "select a from t where b > 1", "breaking"],
		["select a from t", "select a, unnest(arr) as e from t", "breaking"],
		["select a from t", "select a, (select count(*) from u) as n from t", "non_breaking"],
		[
			"select a, count(*) from t group by a",
			"select a, count(*), row_number() over (order by a) as r from t group by a",
			"non_breaking",
		],
		["select distinct a from t", "select distinct a, b from t", "breaking"],
		["select a from t union select x from u", "select a from t union all select x from u", "breaking"],
		["select 'x' as a", "select 'X' as a", "breaking"],
	])("%s → %s: %s", (before, after, expected) => {
		expect(changeCategory(analyse(before), analyse(after))).toBe(expected);
	});
});
