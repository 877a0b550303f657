import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { GraphNode } from "../core/node.ts";
import { readEarlierManifest } from "./earlierManifest.ts";
import { fresherSources, readLoadTimes, readStatuses } from "./earlierResults.ts";
import { createStateComparison, STATES } from "./stateComparison.ts";

const codesOf = (work: () => unknown): readonly string[] => {
	try {
		work();
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics.map((d) => d.code);
		throw error;
	}
	return [];
};

/** A node of either side; fields that do not matter are left out. */
const node = (id: string, more: Record<string, unknown> = {}) => ({
	unique_id: id,
	resource_type: id.split(".")[0],
	name: id.split(".").at(-1),
	fqn: ["shop", id.split(".").at(-1)],
	raw_code: "select 1",
	config: { materialized: "view" },
	unrendered_config: {},
	columns: {},
	depends_on: { macros: [], nodes: [] },
	location: { file: "models/a.sql", line: 1, column: 1 },
	...more,
});
type Node = ReturnType<typeof node>;

const contract = (enforced: boolean, columns: Record<string, string>) => ({
	contract: { enforced, checksum: JSON.stringify([enforced, columns]) },
	columns: Object.fromEntries(
		Object.entries(columns).map(([name, data_type]) => [name, { name, data_type, constraints: [], description: "" }]),
	),
	constraints: [],
});

/** Both sides of a project and what `state:` says about them. */
function compare(before: readonly Node[], now: readonly Node[], disabled: readonly Node[] = []) {
	const text = JSON.stringify({ nodes: Object.fromEntries(before.map((n) => [n.unique_id, n])) });
	const manifest = {
		nodes: new Map(now.map((n) => [n.unique_id, n])),
		macros: new Map(),
		disabled: new Map(disabled.map((n) => [n.unique_id, [n]])),
	} as unknown as Manifest;
	const state = createStateComparison({
		earlier: readEarlierManifest(text, "old/manifest.json"),
		manifest,
		contractOf: (n) => (n as unknown as { contract: { enforced: boolean; checksum: string } }).contract,
		asWritten: true,
		writtenConfig: (text) => ({ materialized: /materialized='(\w+)'/.exec(text)?.[1] ?? null }),
		now: new Date("2026-01-01"),
	});
	const selects = (value: string): string[] =>
		now.filter((n) => state.test(value)?.(n as unknown as GraphNode)).map((n) => n.unique_id);
	return { state, selects };
}

describe("an earlier manifest", () => {
	it("is refused where it is no manifest or of an unknown version, and read from version 4 on", () => {
		const read = (document: unknown) => readEarlierManifest(JSON.stringify(document), "m.json");
		const version = (v: number) => ({ dbt_schema_version: `https://schemas.getdbt.com/dbt/manifest/v${v}.json` });
		expect(codesOf(() => readEarlierManifest("{", "m.json"))).toEqual(["TFM-STATE-002"]);
		expect(codesOf(() => read({ results: [] }))).toEqual(["TFM-STATE-002"]);
		expect(codesOf(() => read({ metadata: version(13), nodes: {} }))).toEqual(["TFM-STATE-003"]);
		const old = read({ metadata: version(6), nodes: { "model.a.b": { raw_sql: "select 1" } } });
		expect([...old.nodes.values()]).toEqual([{ raw_code: "select 1" }]);
	});
});

describe("contracts of two states", () => {
	const versioned = { version: 2 };
	const was = contract(true, { id: "integer", name: "varchar(10)" });

	it("warns of what breaks the readers of a model without versions, and lets sizes and new columns pass", () => {
		const wider = contract(true, { id: "INTEGER", name: "varchar(20)", more: "text" });
		expect(compare([node("model.a.m", was)], [node("model.a.m", wider)]).selects("modified.contract")).toHaveLength(1);
		const { state, selects } = compare([node("model.a.m", was)], [node("model.a.m", contract(true, { id: "text" }))]);
		expect(selects("modified")).toEqual(["model.a.m"]);
		expect(state.warnings().map((w) => [w.code, w.message])).toEqual([
			[
				"TFM-STATE-005",
				"the contract of m was broken: column id changed its type: integer → text; column name was removed",
			],
		]);
	});

	it("refuses it for versioned models, all together, unless they were past their date", () => {
		const before = [
			node("model.a.gone", { ...was, ...versioned }),
			node("model.a.late", { ...was, ...versioned, deprecation_date: "2025-01-01" }),
			node("model.a.off", { ...was, ...versioned }),
			node("model.a.loose", { ...was, ...versioned }),
		];
		const off = node("model.a.off", { ...was, ...versioned });
		const loose = node("model.a.loose", { ...contract(false, {}), ...versioned });
		const { selects } = compare(before, [loose], [off]);
		expect(codesOf(() => selects("unmodified"))).toEqual(["TFM-STATE-004", "TFM-STATE-004", "TFM-STATE-004"]);
		expect(selects("modified.body")).toEqual([]);
	});
});

describe("large seeds", () => {
	it("are compared by their path, which is said", () => {
		const seed = (name: string, checksum: string) => node("seed.a.s", { checksum: { name, checksum } });
		const verdict = (before: Node, now: Node) => {
			const { state, selects } = compare([before], [now]);
			return [selects("modified.body").length, ...state.warnings().map((w) => `${w.code} ${w.message}`)];
		};
		const counts = (what: string) => `TFM-STATE-006 the seed s ${what}`;
		expect(verdict(seed("path", "s.csv"), seed("path", "s.csv"))).toEqual([
			0,
			counts("is larger than 1 MiB: whether its rows changed is not known, so it counts as unchanged"),
		]);
		expect(verdict(seed("sha256", "1"), seed("path", "s.csv"))).toEqual([
			1,
			counts("has grown over 1 MiB, so it counts as changed"),
		]);
		expect(verdict(seed("path", "old/s.csv"), seed("path", "s.csv"))).toEqual([
			1,
			counts("is larger than 1 MiB and its file has moved, so it counts as changed"),
		]);
	});
});

describe("results of an earlier run", () => {
	it("tell how nodes ended, and which sources have newer rows, to the microsecond", () => {
		const results = (list: readonly object[]) => JSON.stringify({ results: list });
		expect([...readStatuses(results([{ unique_id: "model.a.b", status: "error" }]), "r.json")]).toEqual([
			["model.a.b", "error"],
		]);
		expect(codesOf(() => readStatuses("[]", "r.json"))).toEqual(["TFM-STATE-002"]);
		const at = (name: string, max_loaded_at?: string) => ({ unique_id: `source.a.${name}`, max_loaded_at });
		const before = readLoadTimes(
			results([at("a", "2026-01-01T00:00:00.000001Z"), at("b", "2026-01-02T00:00:00Z")]),
			"s",
		);
		const now = readLoadTimes(
			results([
				at("a", "2026-01-01T00:00:00.000002Z"),
				at("b", "2026-01-02T00:00:00+00:00"),
				at("c"),
				at("d", "2026-01-01"),
			]),
			"s",
		);
		expect([...fresherSources(before, now)]).toEqual(["source.a.a", "source.a.d"]);
	});
});

describe("manifests of other versions", () => {
	it("hold syntax trees where a value is no plain text: the node's own text says what was written", () => {
		const raw_code = "{{ config(materialized='table') }}";
		const plain = contract(false, {});
		const before = {
			...plain,
			raw_code,
			unrendered_config: { materialized: "Keyword(key='materialized', value=Const(value='table'))" },
		};
		const { selects } = compare(
			[node("model.shop.a", before), node("model.shop.b", before)],
			[
				node("model.shop.a", { ...plain, raw_code, unrendered_config: { materialized: "table" } }),
				node("model.shop.b", { ...plain, raw_code, unrendered_config: { materialized: "view" } }),
			],
		);
		expect(selects("modified.configs")).toEqual(["model.shop.b"]);
	});

	it("lack fields that are null today, and write dates with a T", () => {
		const { selects } = compare(
			[
				node("model.shop.a", { ...contract(false, {}), deprecation_date: "2052-05-01T00:00:00-04:00" }),
				node("semantic_model.shop.s", { dimensions: [{ name: "d", type_params: { time_granularity: "day" } }] }),
			],
			[
				node("model.shop.a", { ...contract(false, {}), deprecation_date: "2052-05-01 00:00:00-04:00" }),
				node("semantic_model.shop.s", {
					dimensions: [{ name: "d", datatype: null, type_params: { time_granularity: "day", validity_params: null } }],
				}),
			],
		);
		expect(selects("modified")).toEqual([]);
	});
});

it("a state that dbt does not know is unknown here too", () => {
	const { state } = compare([], []);
	expect(STATES.every((value) => state.test(value) !== undefined)).toBe(true);
	expect(state.test("modified.name")).toBeUndefined();
});
