import { describe, expect, it } from "vitest";
import { planScan } from "./planScan.ts";
import { readScanPart } from "./scanPart.ts";
import { drive } from "./testing/writtenDown.ts";

const NOT_NULL = '\nselect id\nfrom "db"."dev"."orders"\nwhere id is null\n';
const FILTERED = `select *\nfrom (select * from "dev"."orders" where a in (')', 'x')) dbt_subquery\nwhere id is null`;
const UNIQUE =
	"select\n    id as unique_field,\n    count(*) as n_records\nfrom dev.orders\nwhere id is not null\ngroup by id\nhaving count(*) > 1";
const VALUES = `with all_values as (
    select
        status as value_field,
        count(*) as n_records
    from dev.orders
    group by status
)

select *
from all_values
where value_field not in (
    'open','it''s'
)`;

describe("a part of a scan", () => {
	it("is read from queries of known shapes", () => {
		expect(readScanPart(NOT_NULL)).toMatchObject({
			from: '"db"."dev"."orders"',
			counts: ["count(*) filter (where id is null)"],
		});
		expect(readScanPart(FILTERED)?.from).toBe(`(select * from "dev"."orders" where a in (')', 'x')) dbt_subquery`);
		expect(readScanPart(UNIQUE)?.counts).toHaveLength(2);
		expect(readScanPart(VALUES)?.counts[0]).toContain("status not in ('open','it''s')");
	});

	it.each([
		["a list whose column may not be there", "select amount from o where id is null"],
		["an aggregate", "select count(*) from o where id is null"],
		["an alias", "select id from orders o where id is null"],
		["a subquery in the condition", "select 1 from o where id in (select 1)"],
		["what follows the condition", "select 1 from o where a > 1 order by a"],
		["a set operation", "select 1 from o where a union select 1 from p where b"],
		["a comment", "select 1 from o where a > 1 -- and b"],
		["two statements", "select 1 from o where a; drop table o"],
		["an open parenthesis", "select 1 from o where a) or (b"],
		["an open quote", "select 1 from o where a = 'x"],
		["other text that escapes", "select 1 from o where a = E'\\''"],
		["two relations", "select 1 from o, p where a"],
		["a join", "select 1 from o join p using (id) where a"],
		["another having", UNIQUE.replace("> 1", "> 2")],
		["values that are expressions", VALUES.replace("'open'", "current_user")],
		["another column in the group", VALUES.replace("group by status", "group by state")],
	])("is not %s", (_, sql) => {
		expect(readScanPart(sql)).toBeNull();
	});

	it("is asked for with the others of its relation, and one that is alone is not", () => {
		const alone = "select 1 from dev.other where a";
		const { lines, result } = drive(planScan({ kind: "scan", queries: [NOT_NULL, FILTERED, UNIQUE, VALUES, alone] }), [
			"5",
			"5",
			"0",
		]);
		expect(lines).toHaveLength(1);
		expect(lines[0]).toContain("query tests: -- one scan for 2 tests\nselect\n    count(id),");
		expect(result).toEqual({
			kind: "scanned",
			failures: new Map([
				[UNIQUE, 0],
				[VALUES, 0],
			]),
		});
	});

	it("does not say how many values repeat, or which are in no list: the queries do", () => {
		const { result } = drive(planScan({ kind: "scan", queries: [UNIQUE, VALUES] }), ["5", "4", "1"]);
		expect(result).toEqual({ kind: "scanned", failures: new Map() });
	});
});
