import { expect, test } from "vitest";
import { relationChanges } from "./relationChanges.ts";

const said = (sql: string): string => {
	const changes = relationChanges(sql);
	if (changes === null) return "anything";
	return changes
		.map((change) => {
			const more = "to" in change ? ` ${change.to.join(".")}` : "as" in change ? ` ${change.as}` : "";
			return `${change.kind} ${change.name.join(".")}${more}${"unless" in change && change.unless ? " unless" : ""}`;
		})
		.join(", ");
};

test("what is made, moved and dropped is read off the statement", () => {
	expect(
		[
			'create or replace transient table "A"."s".T as (select 1)',
			"/* q */ -- x\ncreate table if not exists a.b (id int)",
			"create or replace secure view a.b.v (x) copy grants as select 1",
			"create dynamic table d target_lag = '1 day' warehouse = w as select 1",
			"alter table a.b.c swap with a.b.d",
			'alter table a.b.c rename to a.b."d""e"',
			"alter view v set comment = 'rename to x'",
			"alter table t add column c int",
			'drop table if exists "A"."B"."C"',
			"drop dynamic table d",
			"comment on table a.b.c is 'x'",
			'drop schema if exists "A"."B" restrict',
		].map(said),
	).toEqual([
		"made A.s.T table",
		"made A.B table unless",
		"made A.B.V view",
		"made D materialized_view",
		"swapped A.B.C A.B.D",
		'renamed A.B.C A.B.d"e',
		"altered V",
		"altered T",
		"dropped A.B.C",
		"dropped D",
		"altered A.B.C",
		"schema dropped A.B",
	]);
});

test("statements that touch no relation say so", () => {
	for (const sql of [
		"select * from t",
		"with a as (select 1) select * from a",
		"(select 1) union all select 2",
		"merge into t using s on true when matched then delete",
		"begin",
		"begin transaction",
		"-- only\n",
		"create temporary table t (id int)",
		"create schema if not exists a.b",
		"create or replace masking policy p as (v varchar) returns varchar -> v",
		"drop stage s",
		"alter session set query_tag = 'x'",
		"comment on column a.b.c is 'x'",
		"grant select on table t to role r",
	])
		expect(said(sql), sql).toBe("");
});

test("what is not known may have changed anything", () => {
	for (const sql of [
		"call p()",
		"execute immediate $$ drop table t $$",
		"begin drop table t; end",
		"declare x int; begin drop table t; end",
		"undrop table t",
		"create or replace schema a",
		"create schema a clone b",
		"create iceberg table t (id int)",
		"create table identifier($t) (id int)",
		"alter schema a rename to b",
		"drop database d",
	])
		expect(said(sql), sql).toBe("anything");
});
