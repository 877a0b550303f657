import { expect, it } from "vitest";
import { batchOf } from "../core/batches.ts";
import { EphemeralModelError, TfmError } from "../core/diagnostic.ts";
import { nodeId } from "../core/node.ts";
import type { DbRequest } from "../core/request.ts";
import { compile, drive, PUBLISHED, tableAnswer, testCompiler, testManifest } from "./testing/testManifest.ts";

/** The error's diagnostics, for looking at codes and places. */
function mistakes(work: () => unknown) {
	try {
		work();
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics;
		throw error;
	}
	throw new Error("no mistake was found");
}

it("draws at random once for all passes of a node's text, so that it can ask the database by what it drew", () => {
	const sql = "{% set n = range(100000) | random %}{% set _ = run_query('select ' ~ n) %}select {{ n }}";
	const asked: string[] = [];
	const found = compile({ models: [{ name: "m", sql }] }, "m", (request) => {
		asked.push(request.kind === "query" ? request.sql : request.kind);
		return tableAnswer([], []);
	});
	expect(asked).toEqual([found.sql]);
});

it("resolves references to published relations, and to candidates where this run has built one", () => {
	const world = {
		models: [
			{ name: "a", sql: "select 1" },
			{
				name: "b",
				sql: "select * from {{ ref('a') }} join {{ source('raw', 't') }} using (id) -- {{ this }}",
				reads: ["a", "raw.t"],
			},
		],
		sources: ["raw.t"],
	};
	expect(compile(world, "b").sql).toBe('select * from "db"."dev"."a" join "db"."raw"."t" using (id) -- "db"."dev"."b"');
	const candidate = { database: "db", schema: "tfm_c_1_dev", identifier: "a" };
	const bound = { relationOf: (id: string) => (id === "model.shop.a" ? candidate : undefined) };
	expect(compile(world, "b", undefined, bound).sql).toContain('from "db"."tfm_c_1_dev"."a" join "db"."raw"."t"');
});

it("writes a chain of three ephemeral models as expressions, each once, bound for the consumer", () => {
	const ephemeral = { materialized: "ephemeral" };
	const world = {
		models: [
			{ name: "base", sql: "select 1 as id" },
			{ name: "e1", sql: "select * from {{ ref('base') }}", reads: ["base"], config: ephemeral },
			{ name: "e2", sql: "select * from {{ ref('e1') }}", reads: ["e1"], config: ephemeral },
			{
				name: "e3",
				sql: "select * from {{ ref('e2') }} join {{ ref('e1') }} using (id)",
				reads: ["e2", "e1"],
				config: ephemeral,
			},
			{ name: "top", sql: "with x as (select * from {{ ref('e3') }})\nselect * from x", reads: ["e3"] },
		],
	};
	const candidate = { database: "db", schema: "tfm_c_1_dev", identifier: "base" };
	const { sql, ctes } = compile(world, "top", undefined, {
		relationOf: (id) => (id === "model.shop.base" ? candidate : undefined),
	});
	expect(sql).toBe(
		'with  __dbt__cte__e1 as (\nselect * from "db"."tfm_c_1_dev"."base"\n),  __dbt__cte__e2 as (\nselect * from __dbt__cte__e1\n),  __dbt__cte__e3 as (\nselect * from __dbt__cte__e2 join __dbt__cte__e1 using (id)\n), x as (select * from __dbt__cte__e3)\nselect * from x',
	);
	expect(ctes.map((cte) => cte.id)).toEqual(["model.shop.e1", "model.shop.e2", "model.shop.e3"]);
});

it("names an ephemeral model by its alias and quotes it where SQL would misread it", () => {
	const world = {
		models: [
			{ name: "e", alias: 'The "x"', sql: "select 1", config: { materialized: "ephemeral" } },
			{ name: "top", sql: "select * from {{ ref('e') }}", reads: ["e"] },
		],
	};
	expect(compile(world, "top").sql).toBe(
		'with "__dbt__cte__The ""x""" as (\nselect 1\n) select * from "__dbt__cte__The ""x"""',
	);
});

it("refuses two ephemeral models of one alias in one query, and circles", () => {
	const ephemeral = { materialized: "ephemeral" };
	const twins = {
		models: [
			{ name: "e1", alias: "same", sql: "select 1", config: ephemeral },
			{ name: "e2", alias: "same", sql: "select 2", config: ephemeral },
			{ name: "top", sql: "{{ ref('e1') }} {{ ref('e2') }}", reads: ["e1", "e2"] },
		],
	};
	expect(() => compile(twins, "top")).toThrow("TFM-REF-015");
	const circle = {
		models: [
			{ name: "a", sql: "{{ ref('b') }}", reads: ["b"], config: ephemeral },
			{ name: "b", sql: "{{ ref('a') }}", reads: ["a"], config: ephemeral },
			{ name: "top", sql: "{{ ref('a') }}", reads: ["a"] },
		],
	};
	expect(() => compile(circle, "top")).toThrow("model.shop.a is part of itself: model.shop.a → model.shop.b");
});

it("says in which ephemeral model a mistake is, the innermost, through all that reads it", () => {
	const ephemeral = { materialized: "ephemeral" };
	const world = {
		models: [
			{ name: "e1", sql: "{{ exceptions.raise_compiler_error('no') }}", config: ephemeral },
			{ name: "e2", sql: "select * from {{ ref('e1') }}", reads: ["e1"], config: ephemeral },
			{ name: "top", sql: "select * from {{ ref('e2') }}", reads: ["e2"] },
		],
	};
	let thrown: unknown;
	try {
		compile(world, "top");
	} catch (error) {
		thrown = error;
	}
	expect(thrown).toBeInstanceOf(EphemeralModelError);
	expect((thrown as EphemeralModelError).model).toBe("model.shop.e1");
	expect((thrown as EphemeralModelError).diagnostics[0]?.message).toBe("no");
});

it("says which line must be added for a reference that parsing did not see", () => {
	const world = {
		models: [
			{ name: "a", sql: "" },
			{ name: "b", sql: "select 1\nfrom {{ ref('a') }}" },
		],
	};
	const [mistake] = mistakes(() => compile(world, "b"));
	expect(mistake).toMatchObject({
		code: "TFM-REF-004",
		hint: "add this line at the top of the file: -- depends_on: {{ ref('a') }}",
		at: { file: "models/b.sql", line: 2 },
		source: "from {{ ref('a') }}",
	});
});

it("names the places that led into a macro", () => {
	const world = {
		macros: {
			shop: "{% macro outer() %}\n{{ inner() }}\n{% endmacro %}\n{% macro inner() %}{{ ref('nope') }}{% endmacro %}",
		},
		models: [
			{ name: "note", sql: "" },
			{ name: "m", sql: "\n\n{{ outer() }}" },
		],
	};
	const [mistake] = mistakes(() => compile(world, "m"));
	expect(mistake?.code).toBe("TFM-REF-001");
	expect(mistake?.at).toMatchObject({ file: "macros/shop.sql", line: 4 });
	expect(mistake?.related.map((place) => [place.at.file, place.at.line])).toEqual([
		["macros/shop.sql", 2],
		["models/m.sql", 3],
	]);
});

it("suggests names, and tells disabled from absent", () => {
	const world = {
		models: [
			{ name: "orders", sql: "" },
			{ name: "m", sql: "{{ ref('order') }}" },
			{ name: "n", sql: "{{ ref('off') }}" },
		],
		disabled: [{ name: "off", sql: "" }],
	};
	expect(mistakes(() => compile(world, "m"))[0]).toMatchObject({ code: "TFM-REF-001", hint: 'did you mean "orders"?' });
	expect(mistakes(() => compile(world, "n"))[0]).toMatchObject({ code: "TFM-REF-002" });
});

it("takes the latest version of a versioned model, or the one that is named", () => {
	const world = {
		models: [
			{ name: "m", sql: "", version: 1, latest: 2 },
			{ name: "m", sql: "", version: 2, latest: 2 },
			{
				name: "top",
				sql: "{{ ref('m') }} {{ ref('m', v=1) }} {{ ref('m', version='2') }}",
				reads: ["model.shop.m.v1", "model.shop.m.v2"],
			},
		],
	};
	expect(compile(world, "top").sql).toBe('"db"."dev"."m_v2" "db"."dev"."m_v1" "db"."dev"."m_v2"');
	const absent = { models: [...world.models.slice(0, 2), { name: "top", sql: "{{ ref('m', v=3) }}" }] };
	expect(() => compile(absent, "top")).toThrow("TFM-REF-001: model.shop.top reads ref('m', version=3)");
});

it("asks the database through the journal and renders again with the answers", () => {
	const asked: DbRequest[] = [];
	const compiler = testCompiler({
		models: [
			{
				name: "pivot",
				sql: `{%- set kinds = run_query("select distinct kind from t").columns[0].values() -%}
{%- set n = run_query("select count(*) from t").rows[0]['count'] -%}
{%- do log("there are " ~ n, info=true) -%}
select {% for k in kinds %}sum(x) filter (where kind = '{{ k }}') as {{ k }}{{ ", " if not loop.last }}{% endfor %} -- {{ n + 1 }}`,
			},
		],
	});
	const { compiled } = drive(
		(journal) => compiler.compileNode(nodeId("model.shop.pivot"), journal, PUBLISHED),
		(request) =>
			request.kind === "query" && request.sql.includes("count")
				? tableAnswer(["count:integer"], [["41"]])
				: tableAnswer(["kind:text"], [["a"], ["b"]]),
		asked,
	);
	expect(compiled.sql).toBe(
		"select sum(x) filter (where kind = 'a') as a, sum(x) filter (where kind = 'b') as b -- 42",
	);
	expect(asked).toEqual([
		{ kind: "query", sql: "select distinct kind from t", fetch: true },
		{ kind: "query", sql: "select count(*) from t", fetch: true },
	]);
	expect(compiled.messages).toEqual([{ text: "there are 41", info: true }]);
});

it("throws what the database refused at the place that asked", () => {
	const world = { models: [{ name: "m", sql: "select 1\n{{ run_query('selec 1') }}" }] };
	const [mistake] = mistakes(() =>
		compile(world, "m", () => ({ kind: "error", message: 'syntax error at or near "selec"', sqlstate: "42601" })),
	);
	expect(mistake?.code).toBe("TFM-JINJA-024");
	expect(mistake?.related.at(-1)?.at ?? mistake?.at).toMatchObject({ file: "models/m.sql", line: 2 });
});

it("is incremental only when the table exists, is a table and no full refresh is asked for", () => {
	const model = { name: "m", sql: "{{ is_incremental() }}", config: { materialized: "incremental" } };
	const exists = (kind: "table" | "view") => (request: DbRequest) => {
		expect(request).toEqual({ kind: "relations", database: "db", schema: "dev" });
		return {
			kind: "relations" as const,
			relations: [{ database: "db", schema: "dev", identifier: "m", kind }],
		};
	};
	expect(compile({ models: [model] }, "m", exists("table")).sql).toBe("True");
	expect(compile({ models: [model] }, "m", exists("view")).sql).toBe("False");
	expect(compile({ models: [model] }, "m", () => ({ kind: "relations", relations: [] })).sql).toBe("False");
	expect(compile({ models: [model], flags: { FULL_REFRESH: true } }, "m").sql).toBe("False");
	const never = { ...model, config: { materialized: "incremental", full_refresh: false } };
	expect(compile({ models: [never], flags: { FULL_REFRESH: true } }, "m", exists("table")).sql).toBe("True");
});

it("compiles a generic test with its where and reads the config", () => {
	const world = {
		models: [
			{ name: "orders", sql: "" },
			{
				name: "unique_orders_id",
				sql: "{{ test_unique(**_dbt_generic_test_kwargs) }}",
				reads: ["orders"],
				config: { where: "id > 0" },
				test: {
					name: "unique",
					namespace: null,
					kwargs: { column_name: "id", model: "{{ get_where_subquery(ref('orders')) }}" },
				},
			},
		],
	};
	expect(
		compile(world, "test.shop.unique_orders_id")
			.sql.trim()
			.split(/\s*\n\s*/)
			.join(" "),
	).toBe(
		'select id as unique_field, count(*) as n_records from (select * from "db"."dev"."orders" where id > 0) dbt_subquery where id is not null group by id having count(*) > 1',
	);
});

it("renders macros for plans, with the node's names and the relation that stands", () => {
	const compiler = testCompiler({
		models: [
			{
				name: "m",
				sql: "select 1 as id",
				config: { materialized: "table", indexes: [{ columns: ["id"], unique: true }] },
			},
		],
	});
	const node = nodeId("model.shop.m");
	const relation = { database: "db", schema: "tfm_c_1_dev", identifier: "m" };
	const asked: DbRequest[] = [];
	const create = drive(
		(journal) =>
			compiler.renderMacro(
				{
					macro: "get_create_table_as_sql",
					positional: [
						{ kind: "value", value: false },
						{ kind: "relation", relation, type: "table" },
						{ kind: "value", value: "select 1 as id" },
					],
					keyword: {},
					node,
					sql: "select 1 as id",
				},
				journal,
				PUBLISHED,
			),
		() => tableAnswer([], []),
	);
	expect(create.text.trim()).toBe('create table "db"."tfm_c_1_dev"."m" as (\nselect 1 as id\n);');
	drive(
		(journal) =>
			compiler.renderMacro(
				{ macro: "create_indexes", positional: [{ kind: "relation", relation, type: "table" }], keyword: {}, node },
				journal,
				PUBLISHED,
			),
		() => tableAnswer([], []),
		asked,
	);
	expect(asked).toHaveLength(1);
	expect(asked[0]).toMatchObject({ kind: "query" });
	expect((asked[0] as { sql: string }).sql).toMatch(
		/^create unique index if not exists "[0-9a-f]{32}"\s+on "db"."tfm_c_1_dev"."m"\s+\(id\)$/,
	);
});

it("obeys a project that replaces a built-in macro, at either of its two names", () => {
	const call = {
		macro: "get_create_table_as_sql",
		positional: [
			{ kind: "value" as const, value: false },
			{ kind: "relation" as const, relation: { database: "d", schema: "s", identifier: "t" } },
			{ kind: "value" as const, value: "select 1" },
		],
		keyword: {},
		node: null,
	};
	for (const name of ["create_table_as", "postgres__create_table_as", "default__get_create_table_as_sql"]) {
		const compiler = testCompiler({
			models: [],
			macros: { shop: `{% macro ${name}(temporary, relation, sql) %}mine {{ relation }}{% endmacro %}` },
		});
		const outcome = drive(
			(journal) => compiler.renderMacro(call, journal, PUBLISHED),
			() => tableAnswer([], []),
		);
		expect(outcome.text.trim()).toBe('mine "d"."s"."t"');
		expect(compiler.isOverridden(name)).toBe(true);
		expect(compiler.isOverridden("create_view_as")).toBe(false);
	}
});

it("finds a macro of the caller's own package where dispatch names none: a test of a package on another's model", () => {
	const equal = "{% macro equal() %}{{ return(adapter.dispatch('equal')()) }}{% endmacro %}";
	const world = {
		macros: { pkg: `${equal}{% macro default__equal() %}here{% endmacro %}` },
		models: [{ name: "m", sql: "{{ pkg.equal() }}" }],
	};
	expect(compile(world, "m").sql).toBe("here");
});

it("gives hooks their names, and `this` the candidate", () => {
	const compiler = testCompiler({ models: [{ name: "m", sql: "" }] });
	const self = { database: "db", schema: "tfm_c_1_dev", identifier: "m" };
	const outcome = drive(
		(journal) =>
			compiler.renderText(
				"grant select on {{ this }} to {{ results[0].status }}{% for s in schemas %}, {{ s }}{% endfor %}",
				{
					node: nodeId("model.shop.m"),
					label: "post-hook 1 of m",
					extra: { results: [{ status: "success" }], schemas: ["a"] },
				},
				journal,
				{ ...PUBLISHED, self },
			),
		() => tableAnswer([], []),
	);
	expect(outcome.text).toBe('grant select on "db"."tfm_c_1_dev"."m" to success, a');
});

it("gives hooks at the end of a run results with to_dict(), of the node too", () => {
	const world = { models: [{ name: "m", sql: "select 1" }] };
	const compiler = testCompiler(world);
	const node = testManifest(world).nodes.get(nodeId("model.shop.m"));
	const result = { unique_id: "model.shop.m", status: "success", message: null, node };
	const text =
		"{% for r in results %}{{ r.unique_id }} {{ r.to_dict(omit_none=true).keys() | list }} {{ r.to_dict().message }} {{ r.to_dict().node.name }} {{ r.node.to_dict().raw_code }}{% endfor %}";
	const outcome = drive(
		(journal) =>
			compiler.renderText(text, { node: null, label: "hook", extra: { results: [result] } }, journal, PUBLISHED),
		() => tableAnswer([], []),
	);
	expect(outcome.text).toBe("model.shop.m ['status', 'node'] None m select 1");
});

it("lets an operation refer to anything but ephemeral models, and return a value", () => {
	const compiler = testCompiler({
		macros: {
			shop: "{% macro op(n) %}{{ return({'rel': ref('a') | string, 'n': n + 1}) }}{% endmacro %}{% macro bad() %}{{ ref('e') }}{% endmacro %}",
		},
		models: [
			{ name: "a", sql: "" },
			{ name: "e", sql: "", config: { materialized: "ephemeral" } },
		],
	});
	const call = (macro: string) => ({
		macro,
		positional: [{ kind: "value" as const, value: 1 }],
		keyword: {},
		node: null,
	});
	const outcome = drive(
		(journal) => compiler.renderMacro(call("op"), journal, PUBLISHED),
		() => tableAnswer([], []),
	);
	expect(outcome.value).toEqual({ rel: '"db"."dev"."a"', n: 2 });
	expect(() =>
		compiler.renderMacro({ ...call("bad"), positional: [] }, { entries: [], append: () => {} }, PUBLISHED),
	).toThrow("TFM-REF-014");
	expect(() => compiler.renderMacro(call("opp"), { entries: [], append: () => {} }, PUBLISHED)).toThrow("TFM-REF-011");
});

it("keeps the clock still over passes", () => {
	const world = {
		models: [
			{
				name: "m",
				sql: "{% set a = modules.datetime.datetime.now() %}{% do run_query('select 1') %}{{ a == a }} {{ a.year > 2000 }}",
			},
		],
	};
	expect(compile(world, "m", () => tableAnswer(["x:integer"], [[1]])).sql).toBe("True True");
});

it("prints `--empty` relations as queries without rows", () => {
	const world = {
		models: [
			{ name: "a", sql: "" },
			{ name: "b", sql: "{{ ref('a') }} {{ ref('a').render() }}", reads: ["a"] },
		],
		flags: { EMPTY: true },
	};
	expect(compile(world, "b").sql).toBe(
		'(select * from "db"."dev"."a" where false limit 0) _dbt_limit_subq_a "db"."dev"."a"',
	);
});

it("shows a batch's query its window, and `begin` as a time, in `model` and in `config` (dbt)", () => {
	const sql = "{{ model.batch.id }} {{ model.config.begin.year }} {{ config.get('begin').strftime('%Y-%m-%dT%H') }}";
	const world = { models: [{ name: "a", sql, config: { begin: "2024-01-01", batch_size: "day" } }] };
	const window = { start: new Date("2024-02-01T00:00:00Z"), end: new Date("2024-02-02T00:00:00Z") };
	const bound = { relationOf: () => undefined, batch: batchOf(window, "day") };
	expect(compile(world, "a", undefined, bound).sql).toBe("20240201 2024 2024-01-01T00");
});
