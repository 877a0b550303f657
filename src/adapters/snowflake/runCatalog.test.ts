import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { type OpenSnowflake, openLocalSnowflake } from "./testing/openLocalSnowflake.ts";

const NAMES = ["A", "B", "c"];
const at = (identifier: string) => ({ database: "ANALYTICS", schema: "BI", identifier });
const name = fc.constantFrom(...NAMES).map((one) => `"ANALYTICS"."BI"."${one}"`);
/** Some of them are refused, which changes nothing. */
const statement = fc.oneof(
	name.map((n) => `create or replace transient table ${n} as (select 1 as x)`),
	name.map((n) => `create table if not exists ${n} (x int)`),
	name.map((n) => `create or replace view ${n} as select 1 as x`),
	name.map((n) => `drop table if exists ${n}`),
	name.map((n) => `drop view if exists ${n}`),
	fc.tuple(name, name).map(([a, b]) => `alter table ${a} rename to ${b}`),
	fc.tuple(name, name).map(([a, b]) => `alter table ${a} swap with ${b}`),
	name.map((n) => `comment on table ${n} is 'x'`),
	fc.constant("create temporary table bi.a (x int); drop table bi.a"),
	fc.constant("drop schema if exists bi; create schema bi"),
);

describe("what a run knows of its schemas", () => {
	let snowflake: OpenSnowflake;
	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
	});
	afterAll(() => snowflake.dispose());

	const on = <T>(work: (session: Session) => Promise<T>): Promise<T> => snowflake.adapter.withSession(work);
	/** As the server has them. */
	const listed = async (s: Session) =>
		(await s.query("show objects in schema bi")).rows.length === 0
			? []
			: (await s.query('select "name", "kind" from table(result_scan(last_query_id())) order by "name"')).rows.map(
					([one, kind]) => `${one} ${kind}`.toLowerCase().replace("transient", "table"),
				);
	let runs = 0;

	test("is what stands there, whatever its statements make, move and drop, without being asked again", async () => {
		const property = fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 12 }), async (statements) => {
			await on((s) => s.execute("drop schema if exists bi; create schema bi; create table bi.a as select 1 as x"));
			await snowflake.adapter.presence.announce(`run-${runs++}`);
			await on((s) => s.listRelations(["BI"]));
			for (const sql of statements) {
				await on((s) => s.execute(sql)).catch(() => undefined);
				await on(async (s) => {
					const known = (await s.listRelations(["BI"])).map(({ identifier, kind }) =>
						`${identifier} ${kind}`.toLowerCase(),
					);
					expect(known, sql).toEqual(await listed(s));
				});
			}
		});
		await fc.assert(property, { numRuns: 12 });
	});

	test("one listing answers until something happens that its text does not tell", async () => {
		await on((s) => s.execute("drop schema if exists bi; create schema bi; create table bi.a as select 1 as x"));
		await snowflake.adapter.presence.announce("listing");
		const asked = async (work: (s: Session) => Promise<unknown>): Promise<number> => {
			const from = snowflake.server.statements().length;
			await on(work);
			const sent = snowflake.server.statements().slice(from);
			return sent.filter(({ sql }) => sql.startsWith("show objects")).length;
		};
		expect(await asked((s) => s.listRelations(["BI"]))).toBe(1);
		expect(await asked((s) => s.listRelations(["BI"]))).toBe(0);
		expect(await asked((s) => s.relationAt!(at("A")))).toBe(0);
		expect(await asked((s) => s.relationAt!(at("NEW")))).toBe(1);
		await on((s) => s.execute("call bi.somebodys_procedure()")).catch(() => undefined);
		expect(await asked((s) => s.listRelations(["BI"]))).toBe(1);
	});
});
