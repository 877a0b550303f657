/**
 * `--log-format json` beside dbt 1.12.6: the same commands on the same project say the same events, with the same codes,
 * levels, fields and nodes. dbt's are in logFormat.golden.json, less those about its connections, caches and partial
 * parsing, and for `compile` and `show` those about each node.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import golden from "./logFormat.golden.json" with { type: "json" };
import { tfm } from "./runCase.ts";

const FILES: Readonly<Record<string, string>> = {
	"dbt_project.yml": 'name: jaf\nversion: "1.0"\nprofile: jaf\non-run-start: "select 1"\nmodels: {+schema: null}\n',
	"profiles.yml": "jaf:\n  target: dev\n  outputs:\n    dev: {type: pglite, path: data, schema: dev, threads: 1}\n",
	"seeds/raw_orders.csv": "id,amount,at\n1,10,2026-01-01\n2,20,2026-01-02\n3,,2026-01-03\n",
	"models/stg_orders.sql": "select id, amount, at from {{ ref('raw_orders') }}\n",
	"models/orders.sql":
		"{{ config(materialized='table') }}\nselect id, amount, {{ twice('amount') }} as doubled from {{ ref('stg_orders') }}\n",
	"models/daily.sql":
		"{{ config(materialized='incremental', unique_key='id') }}\nselect id, amount from {{ ref('orders') }}\n",
	"models/broken.sql": "{{ config(materialized='table') }}\nselect id, 1/0 as bad from {{ ref('orders') }}\n",
	"models/after_broken.sql": "select * from {{ ref('broken') }}\n",
	"macros/m.sql": [
		"{% macro twice(c) %}{% do log('twice ' ~ c, info=execute) %}{{ c }} * 2{% endmacro %}",
		"{% macro hello(who) %}{% do print('hello ' ~ who) %}{% do log('logged', info=true) %}{% endmacro %}",
	].join("\n"),
	"snapshots/s.yml": [
		"snapshots:",
		"  - name: orders_history",
		"    relation: ref('stg_orders')",
		"    config: {unique_key: id, strategy: check, check_cols: all, schema: snap}",
	].join("\n"),
	"models/schema.yml": `
sources:
  - name: raw
    schema: dev
    loaded_at_field: at::timestamp
    freshness: {warn_after: {count: 1, period: day}}
    tables: [{name: raw_orders}]
models:
  - name: stg_orders
    columns:
      - {name: id, data_tests: [unique, not_null]}
      - {name: amount, data_tests: [{not_null: {config: {severity: warn}}}]}
  - name: orders
    columns:
      - {name: amount, data_tests: [{accepted_values: {arguments: {values: [10]}}}]}
unit_tests:
  - name: doubles
    model: orders
    given: [{input: ref('stg_orders'), rows: [{id: 1, amount: 2}]}]
    expect: {rows: [{id: 1, amount: 2, doubled: 4}]}
exposures:
  - {name: board, type: dashboard, owner: {name: x}, depends_on: [ref('orders')]}
`,
};

const COMMANDS = {
	build: ["build", "--exclude", "broken+"],
	run: ["run"],
	test: ["test"],
	snapshot: ["snapshot"],
	compile: ["compile", "-s", "orders"],
	show: ["show", "-s", "orders"],
	"show-inline": ["show", "--inline", "select 1 as x", "--output", "json"],
	ls: ["ls", "-s", "orders+"],
	op: ["run-operation", "hello", "--args", "{who: me}"],
	freshness: ["source", "freshness"],
	nothing: ["run", "-s", "nowhere"],
} as const;

interface Line {
	readonly info: { readonly [key: string]: string };
	readonly data: {
		readonly node_info?: { readonly unique_id: string; readonly node_status: string };
		readonly [key: string]: unknown;
	};
}

/** tfm's own, or dbt's about what is not compared. */
const LEFT_OUT = new Set(["ArtifactWritten", "SQLQuery", "SQLQueryStatus", "JinjaLogDebug", "Note"]);

/** Commands whose lines about a node are not in the golden file. */
const WITHOUT_NODES: ReadonlySet<string> = new Set(["compile", "show"]);

function summary(text: string, command: string): string[] {
	const lines = text.trimEnd().split("\n");
	return lines.flatMap((line) => {
		const { info, data } = JSON.parse(line) as Line;
		if (LEFT_OUT.has(info.name ?? "")) return [];
		const node = data.node_info;
		if (node !== undefined && WITHOUT_NODES.has(command)) return [];
		const about = [node?.unique_id ?? "-", node?.node_status ?? "-"];
		// dbt has other fields for each kind of remark; tfm's are the same for all.
		const keys = "code" in data ? "*" : Object.keys(data).sort().join(",");
		return [[info.level, info.code, info.name, keys, ...about].join(" ")];
	});
}

describe("--log-format json says what dbt says:", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-log-"));
	beforeAll(() => {
		for (const [path, text] of Object.entries(FILES)) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			writeFileSync(join(root, path), text);
		}
	});
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	it.each(Object.entries(COMMANDS))("%s", async (name, argv) => {
		const called = await tfm([...argv, "--log-format", "json", "--log-level", "debug"], root);
		const said = summary(called.stdout, name);
		const expected = golden[name as keyof typeof golden];
		// The two may take up nodes that do not depend on each other in another order.
		expect(said.toSorted()).toEqual(expected.toSorted());
		expect(called.stderr).toBe("");
		const log = readFileSync(join(root, "logs/dbt.log"), "utf8");
		expect(log.endsWith(called.stdout)).toBe(true);
	});

	it.each([
		["build", ["run_results.json RunExecutionResult"]],
		["source freshness", ["sources.json FreshnessResult"]],
		["parse", []],
	])(
		"which files %s has written, by dbt's names (dbt tells of the manifest once more, before the run)",
		async (command, own) => {
			const called = await tfm([...command.split(" "), "--log-format", "json", "--log-level", "debug"], root);
			const lines = called.stdout.trimEnd().split("\n");
			const told = lines.map((line) => JSON.parse(line) as Line).filter(({ info }) => info.name === "ArtifactWritten");
			const files = told.map(({ data }) => `${basename(String(data.artifact_path))} ${data.artifact_type}`);
			const always = ["manifest.json WritableManifest", "semantic_manifest.json SemanticManifest"];
			expect(files.toSorted()).toEqual([...always, ...own].sort());
			expect(new Set(told.map(({ info }) => `${info.code} ${info.level}`))).toEqual(new Set(["P001 debug"]));
		},
	);
});
