import { describe, expect, it } from "vitest";
import { batchOf } from "../core/batches.ts";
import type { BuildInput } from "../core/plan.ts";
import { planNode } from "./planNode.ts";
import { build, drive, model } from "./testing/writtenDown.ts";

const CANDIDATE = "tfm_c_0_main.orders";
const DELTA = "tfm_c_0_main.tfm_d_1c168adb00d2";
const BATCH = "tfm_c_0_main.tfm_d_92093d0bdc5d";

const day = (n: number): Date => new Date(Date.UTC(2024, 0, n));
const batches = [1, 2, 3].map((n) => batchOf({ start: day(n), end: day(n + 1) }, "day"));

const COLUMNS = ["id integer", "v text"];

function run(
	config: Record<string, unknown> = {},
	given: {
		input?: Partial<BuildInput>;
		failing?: string[];
		keepsPart?: boolean;
		readsThis?: boolean;
		batch?: string[];
		delta?: string[];
	} = {},
) {
	const node = model({
		materialized: "incremental",
		incremental_strategy: "microbatch",
		unique_key: "id",
		"pre-hook": [{ sql: "pre", transaction: true }],
		"post-hook": [{ sql: "post", transaction: true }],
		...config,
	});
	const { readsThis = false, keepsPart = true } = given;
	const input = build(node, { microbatch: { batches, readsThis, keepsPart }, ...given.input });
	const columns = {
		"main.orders": COLUMNS,
		[CANDIDATE]: COLUMNS,
		[DELTA]: given.delta ?? COLUMNS,
		[BATCH]: given.batch ?? COLUMNS,
	};
	return drive(planNode(input), null, columns, given.failing);
}

/** Without the texts of statements. */
const outline = (lines: readonly string[]) =>
	lines.map((line) => (/^batch/.test(line) ? line : line.split(/[:(]/, 1)[0]));

describe("the plan of a microbatch model", () => {
	it("makes the table of the first batch and merges the others into it, each in a transaction of its own", () => {
		const { lines, result } = run();
		expect(outline(lines)).toEqual([
			"batch 1 of 3: 20240101",
			"  render pre-hook on -",
			"  execute pre-hook",
			"  compile with this = -",
			"  macro get_create_table_as_sql",
			"  execute build",
			"batch 2 of 3: 20240102",
			`  compile with this = ${CANDIDATE}`,
			"  macro get_create_table_as_sql",
			"  execute build",
			"  query duplicate keys",
			"  macro get_incremental_microbatch_sql",
			"  execute build",
			"  execute copy",
			"batch 3 of 3: 20240103",
			`  compile with this = ${CANDIDATE}`,
			"  macro get_create_table_as_sql",
			"  execute build",
			"  query duplicate keys",
			"  macro get_incremental_microbatch_sql",
			"  execute build",
			"  execute copy",
			"transaction",
			`  render post-hook on ${CANDIDATE}`,
			"  execute post-hook",
			`  dress ${CANDIDATE}`,
			`  stands ${CANDIDATE}`,
		]);
		expect(lines.join()).toContain(`macro get_create_table_as_sql(false, ${DELTA}, "select 20240102")`);
		expect(result).toMatchObject({ candidate: { kind: "table" }, batches: { failed: [], lastFailed: false } });
	});

	it("gathers the batches over a table that stands in one delta, and publishes that", () => {
		const { lines, result } = run({}, { input: { existing: "table" } });
		const texts = lines.join("\n");
		expect(texts).toContain(`macro get_create_table_as_sql(false, ${DELTA}, "select 20240101")`);
		expect(texts).toContain(`macro get_create_table_as_sql(false, ${BATCH}, "select 20240102")`);
		expect(texts).toContain(`execute batch: drop table ${BATCH}`);
		expect(texts.match(/create view/g)).toHaveLength(1);
		expect(result).toMatchObject({
			candidate: { kind: "view", apply: { statements: ["<get_incremental_microbatch_sql>", "post"] } },
		});
	});

	it.each([
		["reads `this`", {}, { readsThis: true }],
		["has predicates", { incremental_predicates: ["true"] }, {}],
		["has a strategy macro of its own", {}, { isOverridden: (m: string) => m === "get_incremental_microbatch_sql" }],
	] as const)("merges batch after batch into a copy where the model %s", (_label, config, given) => {
		const { readsThis, ...input }: { readsThis?: boolean } & Partial<BuildInput> = given;
		const { lines, result } = run(config, { readsThis: readsThis === true, input: { existing: "table", ...input } });
		const texts = lines.join("\n");
		expect(texts).toContain(`execute copy: create table ${CANDIDATE} as select * from main.orders`);
		expect(texts.match(/compile with this = .*/g)).toEqual([
			"compile with this = -",
			`compile with this = ${CANDIDATE}`,
			`compile with this = ${CANDIDATE}`,
		]);
		expect(result).toMatchObject({ candidate: { kind: "table" } });
	});

	it("goes on where a later batch fails, and keeps what was built", () => {
		const { lines, result } = run({}, { failing: ["20240102"] });
		expect(lines.filter((line) => /^batch|refused/.test(line))).toEqual([
			"batch 1 of 3: 20240101",
			"batch 2 of 3: 20240102",
			"  refused",
			"batch 3 of 3: 20240103",
		]);
		expect(result).toMatchObject({
			kind: "built",
			message: "PARTIAL SUCCESS (2/3)",
			batches: { successful: [batches[0], batches[2]], failed: [batches[1]], problem: { code: "TFM-RUN-012" } },
		});
	});

	it("leaves out the post-hooks where the last batch fails", () => {
		expect(run({}, { failing: ["20240103"] }).lines.join()).not.toContain("post-hook");
	});

	it("skips the others where the first one fails", () => {
		const { lines, result } = run({}, { failing: ["20240101"] });
		expect(lines).toEqual([
			"batch 1 of 3: 20240101",
			"  refused",
			"batch 2 of 3: 20240102",
			"  skipped",
			"batch 3 of 3: 20240103",
			"  skipped",
		]);
		expect(result).toMatchObject({ kind: "batchesFailed", batches: { successful: [], failed: batches } });
	});

	it("drops a part where a gate wants the whole", () => {
		const { lines, result } = run({}, { failing: ["20240102"], keepsPart: false });
		expect(lines.at(-1)).toBe(`execute batch: drop table if exists ${CANDIDATE}, ${DELTA}`);
		expect(result).toMatchObject({ kind: "batchesFailed", batches: { successful: [batches[0], batches[2]] } });
	});

	it("only gathers keys in batches, and computes their groups once at the end (reprocess_by)", () => {
		const { lines } = run({ reprocess_by: "id", unique_key: null }, { input: { existing: "table" } });
		const steps = outline(lines)
			.map(String)
			.filter((line) => !/hook/.test(line));
		expect(steps.slice(0, 9)).toEqual(
			batches.flatMap(({ id }, i) => [`batch ${i + 1} of 3: ${id}`, "  compile with this = -", "  execute build"]),
		);
		expect(steps.slice(9, 15)).toEqual([
			"transaction",
			"  execute touched groups",
			"  query touched groups",
			"  compile whole with this = -",
			"  macro get_create_table_as_sql",
			"  execute build",
		]);
		expect(lines.find((line) => line.includes("create table"))).toMatch(
			/select distinct id from \(\nselect 20240101\n\)/,
		);
	});

	it("refuses a model without a key (TFM-INC-013), and batches with columns of their own (TFM-INC-014)", () => {
		expect(() => run({ unique_key: null })).toThrow("TFM-INC-013");
		const wider = { input: { existing: "table" as const }, batch: [...COLUMNS, "w text"] };
		expect(() => run({ on_schema_change: "append_new_columns" }, wider)).toThrow("TFM-INC-014");
		expect(() => run({}, wider)).not.toThrow();
	});
});
