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

const RANGE = `with meet_condition as(
  select *
  from "db"."dev"."orders"
),

validation_errors as (
  select *
  from meet_condition
  where
    -- never true, it's there so that each of the rest can begin with "or"
    1 = 2
    -- what is too small
    or not amount >= 0.5
)

select *
from validation_errors`;
const NOT_EMPTY = `with

    all_values as (

        select


            trim(name) as name

        from dev.orders

    ),

    errors as (

        select * from all_values
        where name = ''

    )

    select * from errors`;

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

	it("is read from steps that only pass rows on, without their comments", () => {
		const range = readScanPart(RANGE);
		expect(range?.from).toBe('"db"."dev"."orders"');
		expect(range?.counts[0]?.replaceAll(/\s+/g, " ")).toBe("count(*) filter (where 1 = 2 or not amount >= 0.5)");
		expect(readScanPart(NOT_EMPTY)?.counts).toEqual(["count(*) filter (where trim(name) = '')"]);
		expect(readScanPart(NOT_EMPTY.replace("trim(name) as name", "name"))?.counts).toEqual([
			"count(*) filter (where name = '')",
		]);
		const filtered = "(select * from dev.orders where a > 1) dbt_subquery";
		expect(readScanPart(NOT_EMPTY.replace("dev.orders", filtered))?.from).toBe(filtered);
	});

	it.each([
		["a column named with its relation, which has another name in the second step", "amount", "orders.amount"],
		["a column that may be the whole row", "amount", "orders"],
		["a column that only the table itself has", "amount", "ctid"],
		["a quoted whole row", "amount", '"orders"'],
		["a subquery", "amount >= 0.5", "amount in (select 1)"],
		["a step after a limit", "or not amount >= 0.5", "or not amount >= 0.5 limit 3"],
		["another first step", 'select *\n  from "db', 'select amount\n  from "db'],
		["another source of the second step", "from meet_condition", "from other"],
		["another last step", "from validation_errors", "from meet_condition"],
		["what follows", "from validation_errors", "from validation_errors limit 1"],
	])("is not read from steps with %s", (_, from, to) => {
		expect(RANGE).toContain(from);
		expect(readScanPart(RANGE.replaceAll(from, to))).toBeNull();
	});

	it("is not read from a step that trims one column and looks at another, or renames it", () => {
		for (const to of ["trim(label) as name", "trim(name) as label", "upper(name) as name", "orders"])
			expect(readScanPart(NOT_EMPTY.replace("trim(name) as name", to))).toBeNull();
		expect(readScanPart(NOT_EMPTY.replace("name = ''", "name <> ''"))).toBeNull();
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
		const none = expect.objectContaining({ failures: 0 });
		expect(result).toEqual({
			kind: "scanned",
			counted: new Map([
				[UNIQUE, none],
				[VALUES, none],
			]),
		});
	});

	it("does not say how many values repeat, or which are in no list: the queries do", () => {
		const { result } = drive(planScan({ kind: "scan", queries: [UNIQUE, VALUES] }), ["5", "4", "1"]);
		expect(result).toEqual({ kind: "scanned", counted: new Map() });
	});
});
