import { describe, expect, it } from "vitest";
import { unsteadySql } from "./unsteadySql.ts";

const KNOWN = ['"dev"."main"."orders"', '"dev"."main"."orders_old"', '"dev"."main"."cents"'];
const orders = '"dev"."main"."orders"';

describe("A query over the same inputs says the same", () => {
	it.each([
		`select id, sum(amount)::numeric(10, 2) from ${orders} where d is distinct from x group by 1`,
		`with a as (select * from ${orders}), b (x, y) as materialized (select 1, 2) select * from a join b on a.id = b.x`,
		`select extract(year from d), substring(name from 2), trim(both ' ' from name), "now", t.random from ${orders} t`,
		`select * from ${orders} o, lateral jsonb_array_elements(o.items) as item (value), "dev"."main"."orders_old"`,
		`with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select * from r`,
		`select 'now()', $$ random() $$ -- now()\n from (${orders} join "dev"."main"."orders_old" using (id)) /* now() */`,
		`select row_number() over (partition by id order by d), count(*) filter (where x in (1, 2)) from ${orders} window w as (order by d)`,
		`select "dev"."main"."cents"(amount), case when a then cast(b as varchar(3)) end from ${orders} tablesample_less`,
		`select * from generate_series(1, 10) as g (n) where exists (select 1 from ${orders})`,
		"select 1 as today, date '2026-01-01'",
		"select * from (values (1, timestamp '2026-01-01', 'a'), (2, timestamp '2026-01-02', 'b')) as v (id, at, v)",
	])("%s", (sql) => {
		expect(unsteadySql(sql, KNOWN)).toBeNull();
	});
});

it("is told of a query with long literals, and not read in one of many megabytes", () => {
	const query = (length: number) => `select '${"x".repeat(length)}''${"''".repeat(1000)}' as text, now() as at`;
	expect(unsteadySql(query(4_000_000), KNOWN)).toBe("calls now()");
	expect(unsteadySql(query(49_000_000), KNOWN)).toBe("is too long to be read");
});

describe("What may make two runs of a query differ is named", () => {
	it.each([
		[`select now() from ${orders}`, "calls now()"],
		[`select pg_catalog.now() from ${orders}`, "calls now()"],
		[`select Current_Date from ${orders}`, "calls current_date"],
		[`select current_timestamp(3)`, "calls current_timestamp"],
		[`select 'today'::date`, "reads 'today'"],
		[`select "random"()`, "calls random()"],
		[`select age(d) from ${orders}`, "calls age(), of which it is not known whether it always says the same"],
		[`select my.f(1)`, "calls my.f(), of which it is not known whether it always says the same"],
		["select * from raw.orders", "reads raw.orders, which is no ref() and no source()"],
		[`select * from ${orders}, customers`, "reads customers, which is no ref() and no source()"],
		[`select * from ${orders} a left join b on a.id = b.id`, "reads b, which is no ref() and no source()"],
		["with orders as (select * from orders) select * from orders", "reads orders, which is no ref() and no source()"],
		["select * from (values (1)) v, raw_e", "reads raw_e, which is no ref() and no source()"],
		["select * from (raw_a cross join raw_b)", "reads raw_a, which is no ref() and no source()"],
		[`select distinct from raw_b`, "reads raw_b, which is no ref() and no source()"],
		["select extract(year from (select max(d) from raw_c))", "reads raw_c, which is no ref() and no source()"],
		["table raw_d", "is no query that can be read"],
	])("%s: it %s", (sql, reason) => {
		expect(unsteadySql(sql, KNOWN)).toBe(reason);
	});
});
