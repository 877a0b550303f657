/**
 * `--defer`, `--favor-state` and `clone` beside dbt 1.12.6 on a Postgres server, whose answers are in
 * deferral.golden.json: exit codes, results with their compiled SQL, and the relations that stand after each command.
 * Each command goes on where the one before has left the database.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import golden from "./deferral.golden.json" with { type: "json" };
import { tfm } from "./runCase.ts";

const FILES: Readonly<Record<string, string>> = {
	"dbt_project.yml": 'name: deferring\nversion: "1.0"\nprofile: d\nmodels: {deferring: {marts: {+schema: marts}}}\n',
	"profiles.yml": ["dev", "prod", "other"].reduce(
		(text, name) => `${text}    ${name}: {type: pglite, path: data, schema: ${name}, threads: 1}\n`,
		"d:\n  target: dev\n  outputs:\n",
	),
	"seeds/raw_orders.csv": "id,amount\n1,10\n2,20\n3,30\n",
	"models/stg_orders.sql": "select id, amount from {{ ref('raw_orders') }}\n",
	"models/eph.sql":
		"{{ config(materialized='ephemeral') }} select id, amount * 2 as amount from {{ ref('stg_orders') }}\n",
	"models/orders.sql":
		"{{ config(materialized='table') }} select e.id, s.amount from {{ ref('eph') }} e join {{ ref('stg_orders') }} s on s.id = e.id\n",
	"models/marts/daily.sql":
		"{{ config(materialized='incremental', unique_key='id', alias='days') }} select id, amount from {{ ref('orders') }} {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}\n",
	"models/marts/report.sql":
		"select *, '{{ defer_relation }}' as other from {{ ref('daily') }} union all select id, amount, '' from {{ ref('hist') }}\n",
	"snapshots/s.yml":
		"snapshots:\n  - name: hist\n    relation: ref('stg_orders')\n    config: {unique_key: id, strategy: check, check_cols: all, schema: hist}\n",
	"models/s.yml": `
models:
  - name: stg_orders
    columns: [{name: id, data_tests: [unique]}]
  - name: orders
    columns: [{name: id, data_tests: [unique, {relationships: {arguments: {to: ref('stg_orders'), field: id}}}]}]
  - name: report
    columns: [{name: id, data_tests: [not_null]}]
`,
};

const NEW: Readonly<Record<string, string>> = {
	"models/fresh.sql": "select * from {{ ref('orders') }}",
	"models/after_fresh.sql": "select * from {{ ref('fresh') }}",
};

interface Step {
	readonly name: keyof typeof golden;
	readonly line: string;
	/** Sent before the command. */
	readonly sql?: string;
	readonly write?: Readonly<Record<string, string>>;
}

const DEFER = "--defer --state state";
const THERE = "--state state --target other";

const STEPS: readonly Step[] = [
	{ name: "prod", line: "build --target prod --target-path state" },
	{ name: "compile-nothing-here", line: `compile ${DEFER}` },
	{ name: "run-one", line: `run -s orders ${DEFER}` },
	{ name: "test-one", line: `test -s orders ${DEFER}` },
	{ name: "favor-not-selected", line: `run -s daily --favor-state ${DEFER}` },
	{ name: "favor-selected", line: `run -s orders daily --favor-state ${DEFER}` },
	{ name: "snapshot-deferred", line: `snapshot ${DEFER}` },
	{ name: "build-downstream", line: `build -s report ${DEFER}` },
	{
		name: "prod-lacks",
		line: `run -s daily --favor-state --defer ${THERE}`,
		sql: "drop table prod.orders cascade",
	},
	{ name: "prod-rebuilt", line: "run --target prod" },
	{ name: "new-model-deferred", line: `run -s fresh+ --defer ${THERE}`, write: NEW },
	{
		name: "modified",
		line: `run -s state:modified+ --defer ${THERE}`,
		sql: "drop schema if exists other cascade",
	},
	{
		name: "clone",
		line: `clone ${THERE}`,
		sql: "drop schema if exists other cascade; drop schema if exists other_marts cascade",
	},
	{ name: "clone-again", line: `clone ${THERE}` },
	{
		name: "clone-over-table",
		line: `clone -s orders --full-refresh ${THERE}`,
		sql: "drop view other.orders cascade; create table other.orders as select 1 as id",
	},
	{ name: "clone-new-model", line: `clone -s fresh +daily --full-refresh ${THERE}` },
	{
		name: "clone-missing",
		line: `clone -s orders --full-refresh ${THERE}`,
		sql: "drop table prod.orders cascade",
	},
];

const QUERY = `select n.nspname || '.' || c.relname || ' ' || c.relkind::text
	|| case when c.relkind = 'v' then ' ' || regexp_replace(pg_get_viewdef(c.oid), '\\s+', ' ', 'g') else '' end as relation
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname not like 'pg_%' and n.nspname not like 'tfm_%' and n.nspname <> 'information_schema' and c.relkind in ('r', 'v', 'm')`;

/** Servers write a view's text differently; what it reads is the same: `prod.orders v reads prod.stg_orders`. */
function relationText(relation: string): string {
	const [head, text] = plain(relation).split(" v ", 2);
	if (text === undefined) return plain(relation);
	const read = [...text.matchAll(/(?:FROM|JOIN) \(*([\w.]+)/g)].map((match) => match[1]);
	return `${head} v reads ${[...new Set(read)].sort().join(", ")}`;
}

/** White space and the database's name are the engine's. */
const plain = (text: string): string =>
	text
		.replace(/"(postgres|w)"\./g, '"<db>".')
		.replace(/\s+/g, " ")
		.trim();

interface Result {
	readonly unique_id: string;
	readonly status: string;
	readonly message: string | null;
	readonly relation_name: string | null;
	readonly compiled_code: string | null;
}

/** Where a database error points to depends on the text around the query. */
const firstWords = (message: string | null): string | null =>
	message?.includes("Database Error") === true ? message.split("\n").slice(0, 2).join("\n") : message;

describe("deferral and clones are dbt's:", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-deferral-"));
	const put = (files: Readonly<Record<string, string>>): void => {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			writeFileSync(join(root, path), text);
		}
	};
	beforeAll(() => put(FILES));
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	it.each(STEPS)("$name", async ({ name, line, sql, write = {} }) => {
		put(write);
		if (sql !== undefined) await tfm(["run-operation", "--sql", sql, "-q"], root);
		const { code } = await tfm(line.split(" "), root);
		if (name === "prod") cpSync(join(root, "state"), join(root, "target"), { recursive: true });
		const { results } = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8")) as {
			readonly results: readonly Result[];
		};
		const listed = await tfm(["show", "--inline", QUERY, "--limit", "-1", "--output", "json", "-q"], root);
		const rows = JSON.parse(listed.stdout) as { readonly show: readonly { readonly relation: string }[] };
		expect({
			exit: code,
			results: Object.fromEntries(
				results.map(({ unique_id, status, message, relation_name, compiled_code }) => [
					unique_id,
					{
						status,
						message: firstWords(message),
						relation_name: relation_name === null ? null : plain(relation_name),
						compiled_code: plain(compiled_code ?? ""),
					},
				]),
			),
			relations: rows.show.map(({ relation }) => relationText(relation)).toSorted(),
		}).toEqual(golden[name]);
	});
});
