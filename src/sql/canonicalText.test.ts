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

describe("a query that gives another type", () => {
	const types =
		"smallint integer bigint real float8 numeric numeric(5,2) numeric(5,3) text varchar varchar(3) char date timestamp timestamptz time interval boolean jsonb uuid bytea integer[]";
	it("has another hash, and so has its column", () => {
		const all = types.split(" ").map((type) => analyse(`select cast(null as ${type}) as a`));
		expect(new Set(all.map(({ hash }) => hash)).size).toBe(all.length);
		expect(new Set(all.map(({ columns: [a] }) => a!.definition)).size).toBe(all.length);
	});
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
