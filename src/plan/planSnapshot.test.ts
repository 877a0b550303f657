import { describe, expect, it } from "vitest";
import type { BuildInput } from "../core/plan.ts";
import { planNode } from "./planNode.ts";
import { build, drive, model } from "./testing/writtenDown.ts";

const META = ["dbt_scd_id text", "dbt_updated_at date", "dbt_valid_from date", "dbt_valid_to date"];
const DELTA = "tfm_c_0_main.tfm_d_1c168adb00d2";

function planned(rest: Partial<BuildInput>, columns: { table?: string[]; delta?: string[] } = {}, row = [3, 0, null]) {
	const config = { materialized: "snapshot", strategy: "timestamp", unique_key: "id", updated_at: "at" };
	const node = { ...model(config), resource_type: "snapshot" as const };
	return drive(planNode(build(node as never, rest)), row as never, {
		"main.orders": columns.table ?? ["id integer", ...META],
		[DELTA]: columns.delta ?? ["dbt_change_type text", "id integer", "dbt_unique_key integer", ...META],
	});
}

describe("the plan of a snapshot", () => {
	it("makes a table of open versions the first time", () => {
		const { lines, result } = planned({ existing: null }, {}, [0]);
		expect(lines).toEqual([
			"transaction",
			"  macro tfm_snapshot_first_query()",
			'  macro get_create_table_as_sql(false, tfm_c_0_main.orders, "<tfm_snapshot_first_query>")',
			"  execute build: <get_create_table_as_sql>",
			'  macro check_time_data_types("<tfm_snapshot_first_query>")',
			'  macro tfm_snapshot_first_count(tfm_c_0_main.orders, ["id"])',
			"  query duplicate keys: <tfm_snapshot_first_count>",
			"  dress tfm_c_0_main.orders",
			"  stands tfm_c_0_main.orders",
		]);
		expect(result).toMatchObject({ candidate: { kind: "table" } });
	});

	it("keeps changes aside, shows the tests a view, and touches the table only while publishing", () => {
		const { lines, result } = planned({ existing: "table", fullRefresh: true });
		expect(lines.filter((line) => line.includes("execute"))).toEqual([
			"  execute build: <get_create_table_as_sql>",
			`  execute fit new rows: analyze ${DELTA}`,
			"  execute what the table will be: <tfm_snapshot_candidate>",
		]);
		expect(lines).toContain(
			`  macro snapshot_merge_sql(main.orders, ${DELTA}, ["\\"id\\"","\\"dbt_scd_id\\"","\\"dbt_updated_at\\"","\\"dbt_valid_from\\"","\\"dbt_valid_to\\""])`,
		);
		expect(result).toMatchObject({
			message: "INSERT 0 3",
			candidate: { kind: "view", apply: { statements: ["<snapshot_merge_sql>"], addColumns: [], dropColumns: [] } },
		});
	});

	it.each([
		["the project writes the merge", { isOverridden: (macro: string) => macro === "snapshot_merge_sql" }, "integer"],
		["a text column must grow", {}, "character varying(9)"],
	])("changes a copy when %s", (_, rest, type) => {
		const table = [`id ${type === "integer" ? type : "character varying(5)"}`, ...META];
		const delta = ["dbt_change_type text", `id ${type}`, "dbt_unique_key integer", ...META];
		const { lines, result } = planned({ existing: "table", ...rest }, { table, delta });
		expect(lines.filter((line) => /execute (copy|merge)/.test(line))).toEqual([
			"  execute copy: <tfm_snapshot_copy>",
			"  execute merge: <snapshot_merge_sql>",
			`  execute copy: drop table if exists ${DELTA}`,
		]);
		expect(result).toMatchObject({ candidate: { kind: "table" } });
		expect(Object.keys((result as { candidate: object }).candidate)).not.toContain("apply");
	});

	it.each([
		["something else stands under its name", { existing: "materialized_view" as const }, {}, "TFM-SNAP-001"],
		["the table is none of its own", { existing: "table" as const }, { table: ["id integer"] }, "TFM-SNAP-002"],
	])("refuses when %s", (_, rest, columns, code) => {
		expect(() => planned(rest, columns)).toThrowError(new RegExp(code));
	});

	it("refuses a key that would begin two versions", () => {
		expect(() => planned({ existing: "table" }, {}, [4, 2, "7"] as never)).toThrowError(/TFM-SNAP-003.*id = 7/);
	});
});
