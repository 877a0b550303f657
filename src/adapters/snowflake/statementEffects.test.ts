import { expect, test } from "vitest";
import { temporaryTable } from "./statementEffects.ts";

test("a temporary table that a statement makes or drops is told by its name as written", () => {
	expect(
		[
			'create or replace temporary table "D"."S"."a ""b""" as select 1',
			"CREATE TEMP TABLE IF NOT EXISTS s.t (a int)",
			'drop table if exists "D"."S"."a ""b"""',
			"drop table s.t cascade",
			"create temporary view v as select 1",
			"create table t (a int)",
		].map(temporaryTable),
	).toEqual([
		{ made: true, name: '"D"."S"."a ""b"""' },
		{ made: true, name: "s.t" },
		{ made: false, name: '"D"."S"."a ""b"""' },
		null,
		null,
		null,
	]);
});
