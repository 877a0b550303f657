import { expect, test } from "vitest";
import { toDatabaseError } from "./errors.ts";

/** What is told of a statement that the server refuses so. */
const hint = (sql: string, message: string): string | undefined =>
	toDatabaseError({ message, code: "003001", sqlState: "42501" }, { sent: sql, whole: sql, offset: 0 }, "Maker").hint;
const denied = (sql: string, on: string): string | undefined =>
	hint(sql, `SQL access control error:\nInsufficient privileges to operate on ${on}.`);
const absent = (what: string): string | undefined =>
	hint("select 1", `SQL compilation error:\n${what} does not exist or not authorized.`);

test("what a role may not make in a schema is told with the privilege for that kind", () => {
	const made = [
		"create or replace transient table a (i int)",
		"create or replace secure view a as select 1",
		"create or replace temporary stage a",
		"create or replace dynamic table a target_lag = '1 hour' warehouse = w as select 1",
		"create masking policy a as (v varchar) returns varchar -> v",
		"create tag a",
		"create task a as select 1",
		"create alert a if (exists (select 1)) then call b()",
		"create or replace data metric function a(t table(i int)) returns number as 'select 1'",
	].map((sql) => /`(.*)`/.exec(denied(sql, "schema 'SHOP'") ?? "")?.[1]);
	expect(made).toMatchInlineSnapshot(`
		[
		  "grant create table on schema SHOP to role "Maker"",
		  "grant create view on schema SHOP to role "Maker"",
		  "grant create stage on schema SHOP to role "Maker"",
		  "grant create dynamic table on schema SHOP to role "Maker"",
		  "grant create masking policy on schema SHOP to role "Maker"",
		  "grant create tag on schema SHOP to role "Maker"",
		  "grant create task on schema SHOP to role "Maker"",
		  "grant create alert on schema SHOP to role "Maker"",
		  "grant create data metric function on schema SHOP to role "Maker"",
		]
	`);
	expect(denied("insert into a select 1", "schema 'SHOP'")).toContain("grant create table, create view on schema SHOP");
});

test("what a role may not use is told with the privilege on it", () => {
	const said = [
		denied("create schema a", "database 'ANALYTICS'"),
		denied("insert into a select 1", "table 'A'"),
		denied("use warehouse w", "warehouse 'W'"),
		denied("copy into a from @s", "stage 'S'"),
		denied("alter table a modify column b set masking policy p", "masking policy 'P'"),
		denied("alter table a set tag t = 'x'", "tag 'T'"),
		denied("alter dynamic table a refresh", "dynamic table 'A'"),
		hint("alter alert a resume", "Cannot execute alert, EXECUTE ALERT privilege must be granted to owner role"),
		absent("Stage 'RAW.PUBLIC.INBOX'"),
		absent("Masking policy 'GOV.HIDE'"),
		absent("Row access policy 'GOV.ROWS'"),
		absent("Tag 'GOV.COST'"),
		absent("Integration 'S3'"),
		absent("Table 'ANALYTICS.RAW.ORDERS'"),
	];
	expect(said).toMatchInlineSnapshot(`
		[
		  "the role needs more on database ANALYTICS: \`grant create schema on database ANALYTICS to role "Maker"\`",
		  "the role needs more on table A: \`grant select, insert, update, delete on table A to role "Maker"\`",
		  "the role needs more on warehouse W: \`grant operate, usage on warehouse W to role "Maker"\`",
		  "the role needs more on stage S: \`grant usage on stage S to role "Maker"\` (of one of Snowflake's own: read)",
		  "the role needs more on masking policy P: \`grant apply on masking policy P to role "Maker"\`",
		  "the role needs more on tag T: \`grant apply on tag T to role "Maker"\`",
		  "the role needs more on dynamic table A: \`grant select, operate on dynamic table A to role "Maker"\`",
		  "an administrator can: \`grant execute alert on account to role "Maker"\`",
		  "the stage is missing, or the role may not use it: \`grant usage on stage RAW.PUBLIC.INBOX to role "Maker"\` (of one of Snowflake's own: read)",
		  "the masking policy is missing, or the role may not use it: \`grant apply on masking policy GOV.HIDE to role "Maker"\`",
		  "the row access policy is missing, or the role may not use it: \`grant apply on row access policy GOV.ROWS to role "Maker"\`",
		  "the tag is missing, or the role may not use it: \`grant apply on tag GOV.COST to role "Maker"\`",
		  "the integration is missing, or the role may not use it: \`grant usage on integration S3 to role "Maker"\`",
		  "it is missing, or the role may not see it: \`grant select on ANALYTICS.RAW.ORDERS to role "Maker"\`",
		]
	`);
	expect(absent("Sequence 'S'")).toBeUndefined();
});
