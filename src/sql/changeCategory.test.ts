import { beforeAll, describe, expect, it } from "vitest";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { type ColumnChange, queryChange } from "./changeCategory.ts";
import { loadParser } from "./loadParser.ts";
import type { SqlDialectName } from "./sqlDialect.ts";
import { compared } from "./testing/compared.ts";
import { relationsOf } from "./testing/microCases.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const told = (change: ColumnChange): string => {
	if (change.what === "renamed") return `renamed ${change.from} to ${change.column}`;
	if (change.what === "retyped") return `${change.change} ${change.column} from ${change.from} to ${change.to}`;
	return `${change.what} ${change.column}`;
};

/** `breaking/risky: redefined a, rows`. */
function compare(before: string, after: string, dialect: SqlDialectName): string {
	const analyse = (sql: string) => compared(analyzeQuery({ sql, dialect, relations: relationsOf(dialect) }, parse));
	const { category, risk, columns, reordered, rows, unknown } = queryChange(analyse(before), analyse(after));
	const all = [...columns.map(told), ...(reordered ? ["reordered"] : []), ...(rows ? ["rows"] : [])];
	const what = unknown === null ? all.join(", ").toLowerCase() : unknown.replace(/: .*/, "");
	return `${category}/${risk}${what === "" ? "" : `: ${what}`}`;
}

const SAME = "none/none";

describe.each(["postgres", "snowflake"] as const)("a change of a query in %s", (dialect) => {
	it.each([
		// Written differently.
		["select a, b from t", "SELECT a ,b -- both\nFROM T", SAME],
		["select t.a from t", "select x.a from t as x", SAME],
		["with q as (select a, b from t) select a from q", "with r as (select a from t) select * from r", SAME],
		["select a from t", "with q as (select x from u) select a from t", SAME],
		["select a + b as s from t", "with q as (select a as k, b from t) select k + b as s from q", SAME],
		["select a from t order by b", "select a from t", SAME],
		// Columns.
		["select a, b from t", "select a, c, b from t", "non_breaking/safe: added c"],
		["select a, b from t", "select b, a from t", "non_breaking/risky: reordered"],
		["select a, b from t", "select a from t", "breaking/breaking: removed b"],
		["select a, b from t", "select a, b as k from t", "breaking/breaking: renamed b to k"],
		["select a, b from t", "select a, b + 1 as k from t", "breaking/breaking: added k, removed b"],
		["select 'x' as a from t", "select 'X' as a from t", "breaking/risky: redefined a"],
		["select a, b from t", "select a + 1 as a, b from t", "breaking/risky: redefined a"],
		["select a, b from t", "select b as a, b from t", "breaking/risky: redefined a"],
		[
			"with q as (select a, b + 1 as n from t) select a, n, n * 2 as m from q",
			"with q as (select a, b + 2 as n from t) select a, n, n * 2 as m from q",
			"breaking/risky: redefined n, redefined m",
		],
		[
			"select a, (select max(x) from u) as k from t",
			"select a, (select min(x) from u) as k from t",
			"breaking/risky: redefined k",
		],
		["select a from t", "select a, (select count(*) from u) as n from t", "non_breaking/safe: added n"],
		[
			"select a, count(*) as n from t group by a",
			"select a, count(*) as n, row_number() over (order by a) as r from t group by a",
			"non_breaking/safe: added r",
		],
		// Types.
		[
			"select b from t",
			"select b::bigint as b from t",
			"breaking/risky: widened b from integer to bigint, redefined b",
		],
		[
			"select m from t",
			"select m::integer as m from t",
			"breaking/breaking: narrowed m from numeric to integer, redefined m",
		],
		["select c from t", "select c::date as c from t", "breaking/breaking: other c from text to date, redefined c"],
		// Rows.
		["select a from t", "select a from t where b > 1", "breaking/risky: rows"],
		["select a from t where b > 1", "select a from t where b > 2", "breaking/risky: rows"],
		["select t.a from t join u on t.a = u.a", "select t.a from t left join u on t.a = u.a", "breaking/risky: rows"],
		["select t.a from t join u on t.a = u.a", "select t.a from t join u on t.a = u.x", "breaking/risky: rows"],
		["select t.a from t", "select t.a from t cross join u", "breaking/risky: rows"],
		["select t.b from t join u using (a)", "select t.b from t join u on t.a = u.a", "breaking/risky: rows"],
		[
			"select a, count(*) as n from t group by a",
			"select a, count(*) as n from t group by a, b",
			"breaking/risky: rows",
		],
		["select a, b from t group by 1, 2", "select b, a from t group by 1, 2", "non_breaking/risky: reordered"],
		["select count(*) as n from t", "select count(*) as n from t group by a", "breaking/risky: rows"],
		["select a from t", "select distinct a from t", "breaking/risky: rows"],
		["select distinct a from t", "select distinct a, b from t", "breaking/risky: added b, rows"],
		["select a from t limit 5", "select a from t limit 6", "breaking/risky: rows"],
		["select a from t order by b limit 5", "select a from t order by a limit 5", "breaking/risky: rows"],
		["select a from t union select x from u", "select a from t union all select x from u", "breaking/risky: rows"],
		["select a from t", "select a from u", "breaking/risky: redefined a, rows"],
		[
			"with q as (select a, b + 1 as n from t) select a from q where n > 1",
			"with q as (select a, b + 2 as n from t) select a from q where n > 1",
			"breaking/risky: rows",
		],
		[
			"select a from t where exists (select 1 from u where u.x = t.a)",
			"select a from t where exists (select 1 from u where u.a = t.a)",
			"breaking/risky: rows",
		],
		// Relations whose columns are not all known.
		["select * from v", "select * from v where k = 1", "breaking/risky: rows"],
		["select * from v", "select *, 1 as one from v", "non_breaking/safe: added one"],
		["select * from v", "select * from v2", "breaking/breaking: not all of its columns are known"],
		["select a from t", "select a frm t where", "breaking/breaking: its SQL could not be read now"],
	])("%s → %s: %s", (before, after, expected) => {
		expect(compare(before, after, dialect)).toBe(expected);
	});
});

describe("a change of a query in postgres alone", () => {
	it.each([
		[
			"select a, row_number() over w as r from t window w as (order by a)",
			"select a, row_number() over w as r from t window w as (order by b)",
			"breaking/risky: redefined r",
		],
		['select "A" from t', "select a from t", "breaking/breaking: unknown"],
		["select a from t", "select a, unnest(arr) as e from t", "breaking/risky: added e, rows"],
		["select distinct on (a) a, b from t", "select distinct on (b) a, b from t", "breaking/risky: rows"],
	])("%s → %s: %s", (before, after, expected) => {
		const found = compare(before, after, "postgres");
		if (expected.endsWith("unknown")) expect(found).toMatch(/^breaking\/breaking/);
		else expect(found).toBe(expected);
	});
});
