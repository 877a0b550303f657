import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenSnowflake, openLocalSnowflake } from "./testing/openLocalSnowflake.ts";

describe("the Snowflake adapter, on the local protocol server", () => {
	let snowflake: OpenSnowflake;
	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
	});
	afterAll(() => snowflake.dispose());

	test("it says where it is", () => {
		expect(snowflake.adapter.facts).toMatchObject({ adapter: "snowflake", type: "snowflake" });
		expect(snowflake.adapter.facts.version).toMatch(/^Snowflake \d/);
	});

	test("rows go in and come out, and the catalog knows them", async () => {
		await snowflake.adapter.withSession(async (session) => {
			await session.execute('create schema conf; create table conf.t (id int, name varchar, "quoted" date)');
			const loaded = await session.bulkLoad({
				relation: { database: "ANALYTICS", schema: "CONF", identifier: "T" },
				columns: ["ID", "NAME", "quoted"],
				rows: (async function* () {
					yield [
						["1", 'it\'s, "so"\n', "2024-02-29"],
						["2", "", null],
						["3", null, null],
					];
				})(),
			});
			expect(loaded).toEqual({ rows: 3, queryId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
			expect((await session.query("select * from conf.t order by id")).rows).toEqual([
				["1", 'it\'s, "so"\n', "2024-02-29"],
				["2", "", null],
				["3", null, null],
			]);
			expect(await session.listRelations(["CONF", "NOT_THERE"])).toMatchObject([{ identifier: "T", kind: "table" }]);
		});
	});

	test("a heartbeat that gets no answer holds up nobody's work", async () => {
		const one = await snowflake.openAnother({}, 1);
		await one.presence.announce("run-1");
		const { faults } = snowflake.server;
		faults.add([{ path: "query-request", sql: "set beat_at = sysdate", kind: "slow", delayMs: 60_000 }]);
		await one.withSession(async () => {
			// A session more, which the next beat writes down.
			await one.withSession((session) => session.query("select 1"));
			while (faults.left().length > 0) await pause(20);
		});
		expect(await one.withSession(async (session) => (await session.query("select 2")).rows)).toEqual([["2"]]);
		faults.release();
	});

	test("a TIME keeps what is below a second, and its text in SQL stays the session's", async () => {
		await snowflake.adapter.withSession(async (session) => {
			const times = ["00:00:00", "00:00:00.000001", "13:14:15", "13:14:15.5", "23:59:59.999999"];
			const cells = times.map((time) => `'${time}'::time`).join(", ");
			expect((await session.query(`select ${cells}, null::time`)).rows).toEqual([[...times, null]]);
			const many = "select '13:14:15.25'::time as t from table(generator(rowcount => 3000))";
			expect(new Set((await session.query(many)).rows.flat())).toEqual(new Set(["13:14:15.25"]));
			await session.execute("create or replace table times as select '13:14:15.25'::time as t");
			expect((await session.query("select t, t from times where t > '13:14:15'::time")).rows).toEqual([
				["13:14:15.25", "13:14:15.25"],
			]);
			expect((await session.query("show parameters like 'TIME_OUTPUT_FORMAT' in session")).rows).toEqual([]);
		});
	});
});
