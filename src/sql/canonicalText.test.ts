import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Analysis } from "./analysis.ts";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { loadParser } from "./loadParser.ts";
import { relationsOf } from "./testing/microCases.ts";
import { query } from "./testing/randomSql.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const analyse = (sql: string) => analyzeQuery({ sql, dialect: "postgres", relations: relationsOf("postgres") }, parse);

/** All but where it stands in the text. */
const placeless = ({ remarks: _, columns, ...rest }: Analysis) => ({
	...rest,
	columns: columns.map(({ at: __, ...column }) => column),
});

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

	it("keep their hash, definitions and lineage when comments, space and the case of words change", () => {
		const space = fc.constantFrom(" ", "\n", "\t  ", " /* a comment */ ", " -- and one more\n");
		const shouted = fc.boolean();
		fc.assert(
			fc.property(query, fc.array(fc.tuple(space, shouted), { minLength: 200, maxLength: 200 }), (words, ways) => {
				const other = words.map((word, i) => {
					const [between, loud] = ways[i % ways.length]!;
					return (loud && !/['"]/.test(word) ? word.toUpperCase() : word) + between;
				});
				const first = placeless(analyse(words.join(" ")));
				const second = placeless(analyse(other.join("")));
				expect(second).toEqual(first);
			}),
			{ numRuns: 200 },
		);
	});
});
