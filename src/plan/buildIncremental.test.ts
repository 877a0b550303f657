import { describe, expect, it } from "vitest";
import type { BuildInput } from "../core/plan.ts";
import { splitTopLevel } from "./incrementalConfig.ts";
import { planNode } from "./planNode.ts";
import { build, drive, model } from "./testing/writtenDown.ts";

const DELTA = "tfm_c_0_main.tfm_d_1c168adb00d2";

function run(
	config: Record<string, unknown>,
	given: { before?: string[]; fresh?: string[]; row?: null; input?: Partial<BuildInput> } = {},
) {
	const node = model({ materialized: "incremental", ...config });
	const input = build(node, { existing: "table", ...given.input });
	const columns = {
		"main.orders": given.before ?? ["id integer", "v text"],
		[DELTA]: given.fresh ?? ["id integer", "v text"],
	};
	return drive(planNode(input), given.row, columns);
}

describe("the plan of an incremental model", () => {
	it("makes new rows aside, a view of what the table will be, and the statement for the publish", () => {
		const { lines, result } = run(
			{ unique_key: "id", incremental_strategy: "delete+insert" },
			{ fresh: ["id bigint", "v text"] },
		);
		expect(lines).toEqual([
			"transaction",
			`  macro get_create_table_as_sql(false, ${DELTA}, "select 1 from shadow.x")`,
			"  execute build: <get_create_table_as_sql>",
			`  execute fit new rows: alter table ${DELTA} alter column "id" type integer;
create index on ${DELTA} ("id");
analyze ${DELTA}`,
			`  execute what the table will be: create view tfm_c_0_main.orders as
select DBT_INTERNAL_DEST."id" as "id", DBT_INTERNAL_DEST."v" as "v"
from main.orders as DBT_INTERNAL_DEST
where not exists (
    select 1 from (select id as tfm_key_1 from ${DELTA} as DBT_INTERNAL_SOURCE) as tfm_replaced
    where tfm_replaced.tfm_key_1 = (id)
)
union all
select DBT_INTERNAL_SOURCE."id" as "id", DBT_INTERNAL_SOURCE."v" as "v"
from ${DELTA} as DBT_INTERNAL_SOURCE`,
			expect.stringContaining("  macro get_incremental_delete_insert_sql({"),
			"  stands tfm_c_0_main.orders",
		]);
		expect(result).toMatchObject({
			candidate: {
				kind: "view",
				apply: { statements: ["<get_incremental_delete_insert_sql>"], wholeRows: { key: ["id"] } },
			},
			response: { _message: "INSERT 0 3", rows_affected: 3 },
		});
	});

	it("refuses two new rows for one also where the merge runs on a copy, before the server does", () => {
		const node = model({
			materialized: "incremental",
			unique_key: "id",
			incremental_strategy: "merge",
			on_schema_change: "sync_all_columns",
		});
		const columns = { "main.orders": ["id integer", "v integer"], [DELTA]: ["id integer", "v text"] };
		const refused = () => drive(planNode(build(node, { existing: "table" })), [2, "1"], columns);
		expect(refused).toThrow("TFM-INC-006: orders has 2 new rows for one row of its table: (id) = (1)");
	});

	it("runs a strategy of the project's own, and one whose macros the project replaced, against a copy", () => {
		const own = (name: string) => ({ input: { isOverridden: (macro: string) => macro === name } });
		const { lines, result } = run({ incremental_strategy: "newest" }, own("get_incremental_newest_sql"));
		expect(lines.slice(3)).toEqual([
			"  execute copy: create table tfm_c_0_main.orders as select * from main.orders",
			expect.stringContaining("  macro get_incremental_newest_sql({"),
			"  execute build: <get_incremental_newest_sql>",
			`  execute copy: drop table ${DELTA}`,
			"  dress tfm_c_0_main.orders",
			"  stands tfm_c_0_main.orders",
		]);
		expect(result).toMatchObject({ candidate: { kind: "table" } });
		const replaced = run({ incremental_strategy: "append" }, own("get_insert_into_sql"));
		expect(replaced.lines.join()).toContain("execute copy: create table");
	});

	it("copies where a column changes its type, and adds and drops others on the way", () => {
		const columns = { before: ["id integer", "v text", "old date"], fresh: ["id bigint", "v text", "new date"] };
		expect(run({ on_schema_change: "sync_all_columns" }, columns).lines).toContain(
			'  execute copy: alter table tfm_c_0_main.orders alter column "id" type bigint, add column "new" date, drop column "old"',
		);
	});

	it.each([
		[{ existing: "view" }, "an old view"],
		[{ existing: null }, "nothing there"],
		[{ fullRefresh: true }, "--full-refresh"],
	] as const)("builds the whole table over %j (%s)", (input, _label) => {
		expect(run({}, { input }).lines.join()).toContain("macro get_create_table_as_sql(false, tfm_c_0_main.orders");
	});

	it("leaves post-hooks of a layered project to the publish: the candidate is no table that they could work on", () => {
		const { lines, result } = run({ "post-hook": [{ sql: "analyze orders", transaction: true }] });
		expect(lines).toContain("  render post-hook on -");
		expect(result).toMatchObject({
			candidate: { apply: { statements: ["<get_incremental_default_sql>", "analyze orders"] } },
		});
	});

	it("says that whole rows are enough for tests only where a new row is all of it", () => {
		const whole = (config: Record<string, unknown>, fresh?: string[]) => {
			const { result } = run(
				{ incremental_strategy: "merge", unique_key: "id", ...config },
				{ row: null, ...(fresh && { fresh }) },
			);
			return result.kind === "built" ? result.candidate.apply?.wholeRows : undefined;
		};
		expect(whole({})).toEqual({ key: ["id"] });
		expect(whole({ merge_update_columns: ["v"] }), "a mixture of old and new").toBeUndefined();
		expect(whole({ on_schema_change: "append_new_columns" }, ["id integer"]), "without a column").toBeUndefined();
		expect(whole({ incremental_predicates: ["true"] }), "a key may come twice").toEqual({ key: [] });
		expect(whole({ incremental_strategy: "append" })).toEqual({ key: [] });
		const hook = (sql: string) => ({ "post-hook": [{ sql, transaction: true }] });
		expect(whole(hook("analyze {{ this }}"))).toEqual({ key: ["id"] });
		expect(whole(hook("update {{ this }} set v = null")), "rows that nobody tested").toBeUndefined();
	});

	it.each([
		[
			{ incremental_strategy: "merge" },
			{ mergeStatement: "unsupported", engine: "PostgreSQL 14.2" },
			'TFM-INC-002: orders cannot use the incremental strategy "merge": PostgreSQL 14.2 has no merge statement',
		],
		[{ incremental_strategy: "upsert" }, { existing: null }, "TFM-INC-001"],
	] as const)("refuses %j on %j", (config, input, message) => {
		expect(() => run(config, { input })).toThrow(message);
	});
});

it("splits keys at commas that stand by themselves", () => {
	expect(splitTopLevel("a, b")).toEqual(["a", "b"]);
	expect(splitTopLevel("coalesce(a, 'x, y'), \"b, c\"")).toEqual(["coalesce(a, 'x, y')", '"b, c"']);
});
