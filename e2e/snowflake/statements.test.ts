/**
 * What a run sends for nodes whose statements hang on more than their configuration: seeds, snapshots, loads, batches,
 * comments, warehouses. Two runs of one project on the local protocol server; the texts are in
 * ../golden/snowflake-runs.sql; `vitest run … -u` writes them anew.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const load = (name: string, mode: string) =>
	`      - { name: ${name}, load: { files: "data/${name}.*.csv", ${mode}, columns: [{ name: id, type: integer }, { name: doc, type: json }] } }`;
const ROWS = (more: string) =>
	`select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, '${more}', to_timestamp_ntz('2026-01-02')`;

const FILES = {
	"dbt_project.yml": `
name: shop
version: '1.0'
profile: shop
query-comment: "{{ node.unique_id if node else '' }}"
on-run-end: ["select 'the end'"]
vars: {more: b}
`,
	"seeds/countries.csv": "code,name\nde,Germany\nfr,\n",
	"models/all.yml": `
sources:
  - name: raw
    schema: landing
    tables:
${load("appended", "mode: append")}
${load("replaced", "mode: replace")}
${load("merged", "mode: merge, keys: [id]")}
seeds:
  - name: countries
    description: all of them
    config: {persist_docs: {relation: true, columns: true}, column_types: {code: varchar(2)}, copy_grants: true}
    columns: [{name: code, description: "it's ISO"}]
models:
  - name: events
    config: {event_time: at}
  - {name: table_told, description: "a\\nb's", config: {materialized: table, persist_docs: {relation: true, columns: true}}, columns: [{name: id, description: key}, {name: gone, description: nowhere}]}
  - {name: view_told, description: a view, config: {materialized: view, persist_docs: {relation: true, columns: true}}, columns: [{name: id, description: key}]}
  - {name: rows_told, description: rows, config: {materialized: incremental, unique_key: id, persist_docs: {relation: true, columns: true}}, columns: [{name: id, description: key}]}
snapshots:
  - {name: by_time, relation: ref('events'), config: {strategy: timestamp, unique_key: id, updated_at: at}}
  - {name: by_check, relation: ref('events'), config: {strategy: check, unique_key: [id, at], check_cols: [name], hard_deletes: invalidate}}
  - {name: kept_deleted, relation: ref('events'), config: {strategy: check, unique_key: id, check_cols: all, hard_deletes: new_record, dbt_valid_to_current: "to_date('9999-12-31')", transient: false}}
`,
	"models/events.sql": `{{ config(materialized='table') }} ${ROWS("{{ var('more') }}")}`,
	"models/table_told.sql": ROWS("b"),
	"models/view_told.sql": ROWS("b"),
	"models/rows_told.sql": ROWS("b"),
	"models/batches.sql":
		"{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2026-01-01', batch_size='day', lookback=1) }} select * from {{ ref('events') }}",
	"models/big.sql": "{{ config(materialized='table', snowflake_warehouse='big_wh', query_tag='big') }} select 1 as id",
	"tests/in_big.sql":
		"{{ config(snowflake_warehouse='big_wh', store_failures=true) }} select * from {{ ref('big') }} where id > 1",
	"data/appended.1.csv": "id,doc\n1,\n",
	"data/replaced.1.csv": "id,doc\n1,\n",
	"data/merged.1.csv": "id,doc\n1,\n",
};

/** Of the run itself, and questions about what stands: no node's. */
const BESIDE =
	/^(?:show|describe|use schema|create schema (?!.*audit)|select exists)|"?tfm_state"?\.|information_schema|_session\(\)|DETACHED|as __dbt_sbq\nwhere false/i;
/** A transaction in which nothing is left to show. */
const EMPTY = /^begin;\n+commit;$/gm;

/** What changes from run to run is written as <…>. */
const steady = (sql: string): string =>
	sql.replace(/\/\S*\/tfm-load-\w+/g, "<folder>").replace(/@~\/tfm\/[0-9a-f-]{36}/g, "@~/tfm/<load>");

/** The statements of each node under its name, in the order in which they were sent. */
function byNode(sent: readonly string[]): string {
	const names = [...Object.keys(FILES), ...["by_time", "by_check", "kept_deleted", "appended", "replaced", "merged"]]
		.map((path) => path.replace(/^.*\/|\.\w+$/g, ""))
		.filter((name) => name !== "all");
	let last = "";
	let text = "";
	let warehouse = "";
	for (const sql of sent.filter((one) => !BESIDE.test(one))) {
		const [, said] = /^\/\* \w+\.shop\.(\w+) \*\/\n/.exec(sql) ?? [];
		const plain = sql.replace(/^\/\* [\w.]* \*\/\n/, "").trim();
		if (/^use warehouse (?!"WH")/.test(plain)) {
			warehouse = `${plain};\n\n`;
			continue;
		}
		const owner = said ?? names.find((name) => new RegExp(`"${name}(?:__REJECTS)?"`, "i").test(plain)) ?? last;
		if (owner !== last) text += `-- ${owner}\n\n`;
		last = owner;
		text += `${warehouse}${steady(plain)};\n\n`;
		warehouse = "";
	}
	return text.replace(EMPTY, "").replace(/\n{3,}/g, "\n\n");
}

let shop: ProjectOnSnowflake;
beforeAll(async () => {
	shop = await projectOnSnowflake(FILES);
});
afterAll(() => shop.stop());

test("sends for each node what is written down, the first time and the next", { timeout: 240_000 }, async () => {
	const sent = async (command: string): Promise<string> => {
		const before = shop.local.server.statements().length;
		const done = await shop.call(command, { threads: 1 });
		expect(done.code, done.stdout).toBe(0);
		const after = shop.local.server.statements().slice(before);
		return byNode(after.map(({ sql }) => sql));
	};
	const first = await sent("build --event-time-start 2026-01-01 --event-time-end 2026-01-03");
	shop.write({ "data/appended.2.csv": "id,doc\n2,{}\n", "data/merged.2.csv": "id,doc\n1,{}\n" });
	shop.write({ "data/replaced.1.csv": "id,doc\n3,\n", "seeds/countries.csv": "code,name\nde,Germany\n" });
	const next = await sent('build --event-time-start 2026-01-02 --event-time-end 2026-01-03 --vars {"more":"c"}');
	const line = `-- ${"=".repeat(100)}\n`;
	const text = `${line}-- The first run\n\n${first}${line}-- The next one\n\n${next}`;
	await expect(text).toMatchFileSnapshot("../golden/snowflake-runs.sql");

	// Batches have no statement of their own. Where the new rows stay aside, it is the query that made them.
	const texts = new Map(shop.local.server.statements().map(({ id, sql }) => [id, sql] as const));
	const verb = (id: string) => /^(?:\/\*.*?\*\/\s*)?(\w+(?: \w+)?)/.exec(texts.get(id) ?? "")?.[1];
	const { results } = JSON.parse(readFileSync(join(shop.root, "target/run_results.json"), "utf8")) as {
		results: { unique_id: string; adapter_response: { query_id?: string; _message?: string } }[];
	};
	expect(
		results.map(
			({ unique_id, adapter_response: { _message, query_id } }) =>
				`${unique_id}: ${_message}, ${query_id === undefined ? "no query" : verb(query_id)}`,
		),
	).toMatchInlineSnapshot(`
		[
		  "model.shop.big: SUCCESS 1, create or",
		  "model.shop.events: SUCCESS 1, create or",
		  "model.shop.rows_told: SUCCESS, create or",
		  "model.shop.table_told: SUCCESS 1, create or",
		  "model.shop.view_told: SUCCESS 1, create or",
		  "operation.shop.shop-on-run-end-0: SUCCESS 1, select",
		  "seed.shop.countries: INSERT 1, copy into",
		  "source.shop.raw.appended: LOAD 1 (1 file, 0 rejects), copy into",
		  "source.shop.raw.merged: LOAD 1 (1 file, 0 rejects), merge into",
		  "source.shop.raw.replaced: LOAD 1 (1 file, 0 rejects), copy into",
		  "test.shop.in_big: SUCCESS 1, select",
		  "model.shop.batches: undefined, no query",
		  "snapshot.shop.by_check: SUCCESS 1, create or",
		  "snapshot.shop.by_time: SUCCESS 0, create or",
		  "snapshot.shop.kept_deleted: SUCCESS 1, create or",
		]
	`);
});
