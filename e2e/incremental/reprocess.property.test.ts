import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onBothEngines } from "../../src/adapters/conformance/publishEngines.ts";
import { createPostgresDialect } from "../../src/adapters/postgresFamily/dialect.ts";
import { testCompiler, testManifest } from "../../src/compile/testing/testManifest.ts";
import type { Candidate, Session } from "../../src/core/adapter.ts";
import { type ModelNode, nodeId } from "../../src/core/node.ts";
import { planNode } from "../../src/plan/planNode.ts";
import { driveOnDatabase } from "./driveOnDatabase.ts";

/** For random tables, readings and keys: touched groups are what the whole query gives, the others are as they were. */
const cell = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
const scenario = fc.record({
	key: fc.constantFrom("k", ["k"], ["k", "l"], '"k"'),
	/** What the table has, whatever it came from. */
	before: fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 6 }),
	/** k, l, n, and whether it is new. */
	readings: fc.array(fc.tuple(cell, cell, cell, fc.boolean()), { maxLength: 8 }),
	/** The type of `k` in the query: the table's, or another. */
	type: fc.constantFrom("int", "int", "bigint"),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const rowsOf = async (session: Session, query: string): Promise<readonly string[]> =>
	(await session.query(`select t::text from (${query}) t order by 1`)).rows.map(([text]) => String(text));

const insert = (table: string, rows: readonly (readonly unknown[])[]): string =>
	rows.map((row) => `insert into ${table} values (${row.map((v) => String(v)).join(", ")});`).join("\n");

/** A group goes where one of its readings is 3. */
const wholeSql = (type: string) =>
	`select k::${type}, l, count(*)::int as c, sum(n)::int as s from dev.r group by k, l having coalesce(max(n), 0) < 3 -- no end of line`;

async function attempt(session: Session, given: Scenario): Promise<"copied" | "applied"> {
	const config = { materialized: "incremental", reprocess_by: given.key };
	const [[database] = []] = (await session.query("select current_database()")).rows;
	const target = { database: String(database), schema: "dev", identifier: "m" };
	const sql = `select k::${given.type}, l from dev.r where fresh`;
	const world = { models: [{ name: "m", sql, config }] };
	await session.execute(`create table dev.m (k int, l int, c int, s int);
create table dev.r (k int, l int, n int, fresh boolean);
${insert("dev.m", given.before)}\n${insert("dev.r", given.readings)}`);
	const columns = [given.key].flat().map((c) => c.replaceAll('"', ""));
	const same = (a: string, b: string) => columns.map((c) => `${a}.${c} is not distinct from ${b}.${c}`).join(" and ");
	const touched = (t: string) => `exists (select 1 from dev.r where fresh and ${same("r", t)})`;
	const expected = await rowsOf(
		session,
		`select * from dev.m where not ${touched("m")}
		union all select k::int, l, c, s from (${wholeSql(given.type)}\n) w where ${touched("w")}`,
	);
	const stands: Candidate[] = [];
	const plan = planNode({
		kind: "build",
		node: testManifest(world).nodes.get(nodeId("model.shop.m")) as ModelNode,
		sql,
		publishedSql: sql,
		target,
		standsAt: { ...target, schema: "shadow" },
		pointer: null,
		postHooks: "candidate",
		publishMethod: "swap",
		own: null,
		isOverridden: () => false,
		existing: "table",
		fullRefresh: false,
		dialect: createPostgresDialect(),
		mergeStatement: "full",
		engine: "PostgreSQL",
	});
	await driveOnDatabase({ session, compiler: testCompiler(world), stands, wholeSql: wholeSql(given.type) }, plan);
	expect(await rowsOf(session, "select * from shadow.m")).toEqual(expected);
	const left = await session.query("select count(*) from pg_class where relnamespace = 'shadow'::regnamespace and relkind = 'r'");
	const [candidate] = stands;
	expect(Number(left.rows[0]?.[0])).toBe(1);
	if (candidate?.apply === undefined) return "copied";
	for (const statement of candidate.apply.statements) await session.execute(statement.replaceAll('"db".', ""));
	expect(await rowsOf(session, "select * from dev.m")).toEqual(expected);
	return "applied";
}

class Undone extends Error {}

describe("an incremental model that is reprocessed by groups", () => {
	onBothEngines((bench) => {
		it("has the touched groups as a whole and the others as they were", { timeout: 300_000 }, async () => {
			const seen = { copied: 0, applied: 0 };
			await bench.on(async (session) => {
				await session.execute("create schema dev; create schema shadow");
				await fc.assert(
					fc.asyncProperty(scenario, async (given) => {
						const work = session.transaction(async () => {
							seen[await attempt(session, given)] += 1;
							throw new Undone();
						});
						await expect(work).rejects.toThrow(Undone);
					}),
					{ numRuns: 150 },
				);
			});
			expect(Math.min(seen.copied, seen.applied)).toBeGreaterThan(4);
		});
	});
});
