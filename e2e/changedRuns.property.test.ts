/** Whatever was edited since, a run with --changed leaves the rows, and the exit code, of a run that builds everything. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { tfm } from "./runCase.ts";

const RUNS = Number(process.env.TFM_PROPERTY_RUNS ?? 2);

/** By file, what it may hold; the first to begin with. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
	"seeds/s.csv": ["id,n\n1,10\n2,20\n", "id,n\n1,10\n2,21\n3,30\n", "id,n\n1,10\n1,11\n"],
	"models/staging/a.sql": [
		"{{ config(materialized='table') }} select id, n from {{ ref('s') }}",
		"select id, n + 1 as n from {{ ref('s') }}",
		"{{ config(materialized='ephemeral') }} select id, n from {{ ref('s') }}",
		"{{ config(materialized='table') }} select id, n from {{ ref('s') }} -- the same",
	],
	"models/staging/b.sql": [
		"{{ config(materialized='incremental', unique_key='id') }} select id, {{ m('n') }} as n from {{ ref('a') }}",
		"{{ config(materialized='table', post_hook=\"update {{ this }} set n = n + {{ var('plus', 0) }}\") }} select id, n from {{ ref('a') }}",
		"{{ config(materialized='view') }} select id, n from {{ ref('a') }}",
	],
	"models/mart/c.sql": [
		"{{ config(materialized='table') }} select b.id, b.n, {{ var('plus', 0) }} as plus from {{ ref('b') }} b join {{ ref('a') }} a on a.id = b.id",
		"{{ config(materialized='table') }} select id, n, 0 as plus from {{ source('raw', 'given') }}",
		"{{ config(materialized='view') }} select id, n, count(*) over () as plus from {{ ref('b') }}",
	],
	"models/mart/d.sql": [
		"{{ config(materialized='table') }} select count(*) as n, max(plus) as plus from {{ ref('c') }}",
		"{{ config(materialized='table') }} select count(*) as n, 1 as plus from {{ target.schema }}_raw.given",
		"{{ config(materialized='table') }} select count(*) as n, 2 as plus from {{ ref('a') }} union select count(*), 3 from {{ ref('c') }}",
	],
	"models/schema.yml": [
		"models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]",
		"models: [{name: c, columns: [{name: n, data_tests: [not_null, {accepted_values: {arguments: {values: [10, 20, 11, 21]}}}]}]}]",
		"models: [{name: b, columns: [{name: id, data_tests: [{unique: {config: {severity: warn}}}]}]}]",
	],
	"macros/m.sql": ["{% macro m(x) %}{{ x }}{% endmacro %}", "{% macro m(x) %}{{ x }} * 2{% endmacro %}"],
};
const FILES = Object.keys(TEXTS);

const SOURCES = `sources: [{name: raw, schema: "{{ target.schema }}_raw", tables: [{name: given}]}]`;

type Edit =
	| { readonly kind: "write"; readonly file: number; readonly text: number }
	| { readonly kind: "row" | "nothing" | "partial" }
	| { readonly kind: "vars"; readonly plus: number };

const edit: fc.Arbitrary<Edit> = fc.oneof(
	{
		weight: 7,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.nat(FILES.length - 1), text: fc.nat(3) }),
	},
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constantFrom("row" as const, "nothing" as const, "partial" as const) }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("vars" as const), plus: fc.nat(2) }) },
);

const RELATIONS = `select table_schema || '.' || table_name from information_schema.tables
	where table_schema like $1 || '%' and table_schema not like '%raw' order by 1`;

describeOnPostgres("a run with --changed", () => {
	let server: TestDatabase;
	let client: pg.Client;
	let root: string;
	beforeEach(async () => {
		server = await createTestDatabase();
		client = new pg.Client({ connectionString: server.url });
		await client.connect();
		root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-changed-")));
	});
	afterEach(async () => {
		await client.end();
		await server.drop();
		rmSync(root, { recursive: true, force: true });
	});

	const put = (path: string, text: string): void => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	};

	/** All that readers see in the schemas of a target. */
	async function rowsOf(schema: string): Promise<Record<string, unknown>> {
		const found: Record<string, unknown> = {};
		for (const [name] of (await client.query({ text: RELATIONS, values: [schema], rowMode: "array" }))
			.rows as string[][])
			found[name!.slice(schema.length)] = (await client.query(`select * from ${name} t order by t::text`)).rows;
		return found;
	}

	async function begin(layered: boolean, n: number): Promise<readonly [string, string]> {
		const { host, port, user, password, database } = server;
		const schemas = [`some${n}`, `full${n}`] as const;
		const outputs = Object.fromEntries(
			schemas.map((schema) => [schema, { type: "postgres", host, port, user, password, database, schema, threads: 2 }]),
		);
		put("profiles/profiles.yml", JSON.stringify({ p: { target: schemas[0], outputs } }));
		put(
			"tfm_project.yml",
			`name: shop\n${layered ? "layers: [landing, staging, mart]\nseeds: {+layer: landing}\n" : ""}`,
		);
		put("models/sources.yml", SOURCES);
		for (const [path, [text]] of Object.entries(TEXTS)) put(path, text!);
		for (const schema of schemas)
			await client.query(`create schema ${schema}_raw; create table ${schema}_raw.given as select 1 as id, 10 as n`);
		return schemas;
	}

	let histories = 0;
	let steps = 0;
	let reused = 0;

	async function compareAfter(layered: boolean, edits: readonly Edit[]): Promise<void> {
		const [some, full] = await begin(layered, ++histories);
		const env = { TFM_PROFILES_DIR: join(root, "profiles"), TFM_PROFILE: "p" };
		const done: Edit[] = [];
		let plus = 0;
		for (const one of [{ kind: "nothing" as const }, ...edits]) {
			done.push(one);
			if (one.kind === "write") {
				const texts = TEXTS[FILES[one.file]!]!;
				put(FILES[one.file]!, texts[one.text % texts.length]!);
			} else if (one.kind === "row")
				for (const schema of [some, full])
					await client.query(`insert into ${schema}_raw.given select max(id) + 1, 20 from ${schema}_raw.given`);
			else if (one.kind === "vars") plus = one.plus;
			const words = ["build", "--vars", JSON.stringify({ plus })];
			// A part is built alone, in both worlds and without --changed in one of them.
			if (one.kind === "partial") words.push("--select", "a");
			const codes: unknown[] = [];
			for (const [target, more] of [
				[some, ["--changed"]],
				[full, []],
			] as const) {
				const { code, stdout } = await tfm([...words, ...more, "--target", target], root, env, () => new Date());
				codes.push(code, await rowsOf(target));
				if (target === some) reused += stdout.split("unchanged\n").length - 1;
			}
			steps += 1;
			expect(codes.slice(0, 2), JSON.stringify({ layered, done })).toEqual(codes.slice(2));
		}
	}

	it(`leaves what a full run leaves, in ${RUNS} histories`, { timeout: 3_000_000 }, async () => {
		const history = fc.tuple(fc.boolean(), fc.array(edit, { minLength: 3, maxLength: 8 }));
		await fc.assert(
			fc.asyncProperty(history, ([layered, edits]) => compareAfter(layered, edits)),
			{ numRuns: RUNS, endOnFailure: true },
		);
		expect(steps).toBeGreaterThanOrEqual(RUNS * 4);
		expect(reused).toBeGreaterThan(0);
	});
});
