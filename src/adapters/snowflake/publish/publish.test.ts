import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Adapter, Candidate, PublishRequest, Session } from "../../../core/adapter.ts";
import { nodeId } from "../../../core/node.ts";
import type { RelationName } from "../../../core/relation.ts";
import { type OpenSnowflake, openLocalSnowflake } from "../testing/openLocalSnowflake.ts";

const at = (identifier: string): RelationName => ({ database: "ANALYTICS", schema: "BI", identifier });

describe("publishing on Snowflake", () => {
	let snowflake: OpenSnowflake;
	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
	});
	afterAll(() => snowflake.dispose());

	const on = <T>(work: (session: Session) => Promise<T>): Promise<T> => snowflake.adapter.withSession(work);
	const place = (name: string): RelationName => snowflake.adapter.publisher.candidateOf("shop", at(name));
	const render = (relation: RelationName): string => snowflake.adapter.dialect.render(relation);
	const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => ({
		node: nodeId(`model.shop.${name}`),
		kind: "table",
		candidate: place(name),
		target: at(name),
		publish: "swap",
		...more,
	});
	const view = (finalSql: string): Candidate => candidate("V", { kind: "view", finalSql });
	const request = (candidates: readonly Candidate[]): PublishRequest => ({
		project: "shop",
		runId: "run-1",
		unit: "bi",
		candidates,
		record: [{ sql: "insert into bi.told values ($1)", binds: ["bi"] }],
		lockTimeoutMs: 1000,
	});
	const values = (session: Session, sql: string) => session.query(sql).then(({ rows }) => rows.flat());
	/** Two tables and a view of the second generation, aside; the first one stands. */
	const SEEN =
		"select (select max(n) from bi.a) || '/' || (select max(n) from bi.b) || '/' || (select max(n) from bi.v) as seen";

	beforeEach(() =>
		on(async (s) => {
			await s.execute("drop schema if exists bi; create schema bi; create table bi.told (unit varchar)");
			await s.execute("create table bi.a as select 1 as n; create table bi.b as select 1 as n");
			await s.execute("create view bi.v as select n from bi.a");
			await snowflake.adapter.publisher.ensureSchemas(s, "shop", [at("A")]);
			for (const name of ["A", "B"]) await s.execute(`create or replace table ${render(place(name))} as select 2 as n`);
			await s.execute(`create or replace view ${render(place("V"))} as select n * 10 as n from ${render(place("A"))}`);
		}),
	);

	const layer = (finalSql = "select n * 10 as n from bi.a") =>
		request([candidate("A"), candidate("B"), view(finalSql)]);
	/** Dies, as a process does, with the statement of which `kills` says so. */
	const dying = (session: Session, kills: (sql: string) => boolean): Session => {
		let dead = false;
		const alive = <T>(sql: string, work: () => Promise<T>): Promise<T> => {
			dead ||= kills(sql);
			return dead ? Promise.reject(new Error("the process is gone")) : work();
		};
		return {
			...session,
			execute: (sql, options) => alive(sql, () => session.execute(sql, options)),
			query: (sql, binds, options) => alive(sql, () => session.query(sql, binds, options)),
		};
	};

	test("tables are swapped, views stated anew, the record is written and nothing is left over", async () => {
		await on(async (s) => {
			const report = await snowflake.adapter.publisher.publish(s, layer());
			expect(report.ways.map(({ way }) => way)).toEqual(["swap", "swap", "replace"]);
			expect(await values(s, SEEN)).toEqual(["2/2/20"]);
			expect(await values(s, "select unit from bi.told")).toEqual(["bi"]);
			expect(await s.listRelations([place("A").schema])).toEqual([]);
			expect(await values(s, "select count(*) from tfm_state.publish_journal")).toEqual(["0"]);
		});
	});

	test.each([1, 2, 3])("a process that dies at move %i is finished by whoever comes next", async (nth) => {
		await on(async (s) => {
			let moves = 0;
			const kills = (sql: string): boolean => /swap with|replace view/.test(sql) && ++moves === nth;
			await expect(snowflake.adapter.publisher.publish(dying(s, kills), layer())).rejects.toThrow(
				"the process is gone",
			);
			expect(await values(s, "select unit from bi.told")).toEqual([]);
			await snowflake.adapter.publisher.dropStale(s, "shop", [at("A")], []);
			expect(await values(s, SEEN)).toEqual(["2/2/20"]);
			expect(await values(s, "select unit from bi.told")).toEqual(["bi"]);
			expect(await values(s, "select count(*) from tfm_state.publish_journal")).toEqual(["0"]);
			expect((await s.query("show tables in schema bi")).columns.map(({ name }) => name)).toContain("comment");
		});
	});

	test("a move that is refused takes back those before it", async () => {
		await on(async (s) => {
			await expect(snowflake.adapter.publisher.publish(s, layer("select nope from bi.a"))).rejects.toMatchObject({
				sqlstate: "42000",
			});
			expect(await values(s, SEEN)).toEqual(["1/1/1"]);
			expect(await values(s, "select unit from bi.told")).toEqual([]);
			expect(await values(s, "select count(*) from tfm_state.publish_journal")).toEqual(["0"]);
		});
	});

	describe("one relation by itself, while others are at work", () => {
		const names = ["A", "B", "C", "D"].map(at);
		let other: Adapter;
		beforeAll(async () => {
			other = await snowflake.openAnother();
		});
		/** A run that knows its schemas; then somebody else does this. */
		const publishAfter = async (meanwhile: string, one: Candidate): Promise<readonly string[]> => {
			await snowflake.adapter.presence.announce(`run-${meanwhile}`);
			return on(async (s) => {
				const keep = ["A", "B", "V"].map(place);
				await snowflake.adapter.publisher.dropStale(s, "shop", names, keep);
				await s.listRelations(["BI"]);
				await other.withSession((session) => session.execute(meanwhile));
				const from = snowflake.server.statements().length;
				const { ways } = await snowflake.adapter.publisher.publish(s, request([one]));
				const asked = snowflake.server
					.statements()
					.slice(from)
					.filter(({ sql }) => sql.startsWith("show "));
				return [...ways.map(({ way }) => way), ...asked.map(({ sql }) => sql.split(" ").slice(0, 2).join(" "))];
			});
		};
		const stands = () => on(async (s) => (await s.query("select (select max(n) from bi.a)")).rows.flat());

		test("asks for the grants of what it replaces, and for nothing else", async () => {
			expect(await publishAfter("select 1", candidate("A"))).toEqual(["swap", "show grants"]);
			expect(await stands()).toEqual(["2"]);
		});

		test("finds that its target is gone", async () => {
			const asked = ["show grants", "show objects", "show objects"];
			expect(await publishAfter("drop table bi.a", candidate("A"))).toEqual(["new", ...asked]);
			expect(await stands()).toEqual(["2"]);
		});

		test("finds that its target has become a view", async () => {
			const ways = await publishAfter("drop table bi.a; create view bi.a as select 7 as n", candidate("A"));
			expect(ways[0]).toBe("new");
			expect(await stands()).toEqual(["2"]);
		});

		test("finds a table where nothing stood, and hands its grants on", async () => {
			const made = "create table bi.c as select 1 as n";
			await on((s) => s.execute(`create or replace table ${render(place("C"))} as select 3 as n`));
			const one = { ...candidate("C"), candidate: place("B") };
			expect(await publishAfter(made, one)).toEqual(["swap", "show objects", "show objects", "show grants"]);
			expect(await on((s) => values(s, "select max(n) from bi.c"))).toEqual(["2"]);
		});
	});

	test("`publish: keep` brings the rows in by DML, with the record in the same transaction", async () => {
		await on(async (s) => {
			const kept = ["A", "B"].map((name) => candidate(name, { publish: "keep" }));
			const report = await snowflake.adapter.publisher.publish(s, request(kept));
			expect(report.ways.map(({ way }) => way)).toEqual(["keep", "keep"]);
			expect(await values(s, SEEN)).toEqual(["2/2/2"]);
			expect(await values(s, "select unit from bi.told")).toEqual(["bi"]);
		});
	});
});
