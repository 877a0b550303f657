import { describe, expect, it } from "vitest";
import { makesViewOnly } from "./makesViewOnly.ts";

describe("a text that only makes a view", () => {
	it.each([
		"create view v as select 1",
		'\n  CREATE OR REPLACE VIEW "s"."v" AS select 1 ;\n',
		"create view v as (\n-- one; two\nselect 1)",
		"create view v as select ';' as c, 'it''s; so' as d",
		'create view v as select 1 as "a;b" -- don\'t; stop',
	])("is told from others: %j", (sql) => expect(makesViewOnly(sql)).toBe(true));

	it.each([
		"create table t as select 1",
		"create view v as select 1; select f()",
		"create view v as select 1;;",
		// A string that a quote in a comment seems to open, and the other way round.
		"create view v as select 1 -- it's\n; select f() --'",
		"create view v as select '--'; select f()",
		"create view v as select '\n-- ' ; select f() --'",
		"create view v as select 1 /* ' */ ; select f() -- '",
		"create view v as select $$'$$ ; select f() -- '",
		"create view v as select e'\\' ; select f() --'",
		"create view v as select 1 -- a\r; select f()",
	])("is not taken for one: %j", (sql) => expect(makesViewOnly(sql)).toBe(false));
});
