import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NativeCheck, NativeCount } from "../../../core/nativeTests.ts";
import { nodeId } from "../../../core/node.ts";
import type { ColumnInfo } from "../../../core/relation.ts";
import { createSnowflakeDialect } from "../dialect.ts";
import { type OpenSnowflake, openLocalSnowflake } from "../testing/openLocalSnowflake.ts";
import { type Metric, metricOf } from "./metric.ts";

const dialect = createSnowflakeDialect();
const column = (name: string, type: string): ColumnInfo => ({ name, type, nullable: true, ordinal: 1 });
const COLUMNS = [
	column("ID", "NUMBER(38,0)"),
	column("State", "VARCHAR(20)"),
	column("DOC", "VARIANT"),
	column("ON_TIME", "BOOLEAN"),
];
const PARENT = { database: "D", schema: "S", identifier: "PARENT" };

const metric = (counts: NativeCount, name: string, passes = "= 0"): Metric | string => {
	const check: NativeCheck = { test: nodeId(`test.shop.${name}`), name, counts, passes };
	const place = { dialect, home: '"D"."TFM_STATE"', columns: COLUMNS, parentColumns: [column("KEY", "NUMBER(38,0)")] };
	return metricOf(check, place);
};

describe("the function of a check", () => {
	test("is Snowflake's own where that counts the very same", () => {
		expect(metric({ kind: "nulls", column: "id", where: null }, "not_null", "<= 10")).toMatchObject({
			function: "snowflake.core.null_count",
			create: null,
			on: '"ID"',
			expression: "value <= 10",
		});
	});

	test("is one of tfm's own for other types, with a condition, and for what Snowflake counts otherwise", () => {
		const created = [
			metric({ kind: "nulls", column: "on_time", where: null }, "not_null"),
			metric({ kind: "nulls", column: '"State"', where: "id > 1 and doc = 'DOC'" }, "not_null"),
			metric({ kind: "nulls", column: '"State"', where: "id > 1 and 'doc' <> \"State\"" }, "not_null"),
		].map((one) => (typeof one === "string" ? one : `${one.create} on ${one.on}`));
		expect(created).toMatchInlineSnapshot(`
			[
			  "create data metric function if not exists "D"."TFM_STATE".TFM_NOT_NULL_4B41DBC0A49D (tfm_rows table("ON_TIME" BOOLEAN)) returns number not null as 'select count(*) from tfm_rows where "ON_TIME" is null' on "ON_TIME"",
			  "reads DOC of type VARIANT, which no function takes",
			  "create data metric function if not exists "D"."TFM_STATE".TFM_NOT_NULL_A9246983EF2B (tfm_rows table("State" VARCHAR, "ID" NUMBER)) returns number not null as 'select count(*) from tfm_rows where (id > 1 and ''doc'' <> "State") and "State" is null' on "State", "ID"",
			]
		`);
	});

	test("does not exist for columns of other types, and for what is no column", () => {
		expect(metric({ kind: "duplicates", column: "doc", where: null }, "unique")).toBe(
			"reads DOC of type VARIANT, which no function takes",
		);
		expect(metric({ kind: "duplicates", column: "lower(id)", where: null }, "unique")).toBe(
			"reads lower(id), which is no column of the relation",
		);
	});
});

describe("what a function of tfm's own counts, its body run by the local protocol server", () => {
	let snowflake: OpenSnowflake;
	beforeAll(async () => {
		snowflake = await openLocalSnowflake();
	});
	afterAll(() => snowflake.dispose());

	const ROWS = `select column1 as id, column2 as "State" from values (1, 'a'), (1, 'b'), (2, 'it''s'), (null, 'b'), (null, null), (3, 'x'), (4, 'x')`;

	async function counted(counts: NativeCount, name: string): Promise<number> {
		const found = metric(counts, name);
		if (typeof found === "string") throw new Error(found);
		const body = / as '(.*)'$/s
			.exec(found.create ?? "")![1]!
			.replaceAll("''", "'")
			.replaceAll("\\\\", "\\");
		const sql = `with tfm_rows as (${ROWS}), tfm_parent as (select column1 as key from values (1), (null), (3)) ${body}`;
		return snowflake.adapter.withSession(async (session) => Number((await session.query(sql)).rows[0]![0]));
	}

	test("are the failing rows of dbt's test", async () => {
		const parent = { relation: PARENT, column: "key" };
		expect({
			nulls: await counted({ kind: "nulls", column: "id", where: '"State" is not null' }, "not_null"),
			duplicates: await counted({ kind: "duplicates", column: "id", where: null }, "unique"),
			duplicatesOfSome: await counted({ kind: "duplicates", column: "id", where: "\"State\" = 'a'" }, "unique"),
			others: await counted(
				{ kind: "others", column: '"State"', where: null, values: ["'a'", "'it''s'"] },
				"accepted_values",
			),
			orphans: await counted({ kind: "orphans", column: "id", where: null, parent }, "relationships"),
		}).toEqual({
			nulls: 1,
			// 1, though null is there twice.
			duplicates: 1,
			duplicatesOfSome: 0,
			// b and x: values, not their rows.
			others: 2,
			// 2 and 4.
			orphans: 2,
		});
	});
});
