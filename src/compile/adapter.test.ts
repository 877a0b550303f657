import { expect, it } from "vitest";
import type { DbAnswer, DbRequest } from "../core/request.ts";
import { compile, tableAnswer } from "./testing/testManifest.ts";

const column = (name: string, type: string, ordinal: number) => ({ name, type, nullable: true, ordinal });

/** A database with one table and one view in the schema dev. */
function database(request: DbRequest): DbAnswer {
	switch (request.kind) {
		case "relations":
			return {
				kind: "relations",
				relations:
					request.schema === "dev"
						? [
								{ database: "db", schema: "dev", identifier: "t", kind: "table" },
								{ database: "db", schema: "dev", identifier: "V", kind: "view" },
							]
						: [],
			};
		case "columns":
			return {
				kind: "columns",
				columns:
					request.relation.identifier === "t"
						? [column("id", "integer", 1), column("name", "character varying(20)", 2), column("x", "numeric(10,2)", 3)]
						: request.relation.identifier === "V"
							? [column("id", "integer", 1)]
							: null,
			};
		case "seed":
			return tableAnswer(["a:integer"], [[1]]);
		case "commit":
			return { kind: "done" };
		case "schemas":
			return { kind: "schemas", schemas: ["dev", "public"] };
		case "query":
			return tableAnswer(["a:integer"], [[1]]);
		case "ddl":
			return { kind: "done" };
	}
}

function run(sql: string, asked: DbRequest[] = [], macros: Readonly<Record<string, string>> = {}): string {
	return compile({ models: [{ name: "m", sql }], macros }, "m", (request) => {
		asked.push(request);
		return database(request);
	}).sql;
}

it("finds relations with their types, and asks for a schema once", () => {
	const asked: DbRequest[] = [];
	const text = run(
		"{% set t = adapter.get_relation('db', 'dev', 't') %}{{ t }} {{ t.type }} {{ load_relation(api.Relation.create(database='db', schema='dev', identifier='V')).is_view }} {{ adapter.get_relation('db', 'dev', 'v') is none }} {{ adapter.get_relation(database='db', schema='no', identifier='t') is none }} {{ adapter.already_exists('dev', 't') }}",
		asked,
	);
	expect(text).toBe('"db"."dev"."t" table True True True True');
	expect(asked).toEqual([
		{ kind: "relations", database: "db", schema: "dev" },
		{ kind: "relations", database: "db", schema: "no" },
	]);
});

it("reads columns with dbt's fields", () => {
	expect(
		run(
			"{% for c in adapter.get_columns_in_relation(this.incorporate(path={'identifier': 't'})) %}{{ c.name }}:{{ c.dtype }}:{{ c.char_size }}:{{ c.data_type }}:{{ c.is_number() }};{% endfor %}",
		),
	).toBe(
		"id:integer:None:integer:True;name:character varying:20:character varying(20):False;x:numeric:None:numeric(10,2):True;",
	);
	expect(run("{{ adapter.get_columns_in_relation(this) }}")).toBe("[]");
	expect(
		run(
			"{% set t = this.incorporate(path={'identifier': 't'}) %}{% set v = this.incorporate(path={'identifier': 'V'}) %}{{ adapter.get_missing_columns(t, v) | map(attribute='name') | list }}",
		),
	).toBe("['name', 'x']");
});

it("changes things through dbt's macros, and looks again afterwards", () => {
	const asked: DbRequest[] = [];
	run(
		"{% set t = adapter.get_relation('db', 'dev', 't') %}{% do adapter.rename_relation(t, t.incorporate(path={'identifier': 'u'})) %}{% do adapter.drop_relation(t) %}{% do adapter.truncate_relation(t) %}{% do adapter.create_schema(api.Relation.create(database='db', schema='new')) %}{% set t = adapter.get_relation('db', 'dev', 't') %}",
		asked,
	);
	expect(asked.map((request) => (request.kind === "query" ? request.sql.trim() : request.kind))).toEqual([
		"relations",
		'alter table "db"."dev"."t" rename to "u"',
		'drop table if exists "db"."dev"."t" cascade',
		'truncate table "db"."dev"."t"',
		'create schema if not exists "new"',
		"commit",
		"relations",
	]);
});

it("hands on what a replaced get_columns_in_relation answers, as it is", () => {
	const shop = "{% macro get_columns_in_relation(relation) %}{{ return('a text') }}{% endmacro %}";
	expect(run("{{ adapter.get_columns_in_relation(this) }}", [], { shop, pkg: "" })).toBe("a text");
});

it("asks the macros of dbt's names where a project has replaced them, a package's own among them", () => {
	const asked: DbRequest[] = [];
	const macros = {
		shop: "{% macro postgres__get_columns_in_relation(relation) %}{{ return([api.Column('mine', relation.identifier)]) }}{% endmacro %}",
		pkg: "{% macro list_relations_without_caching(schema_relation) %}{{ return([('db', 'x', schema_relation.schema, 'view')]) }}{% endmacro %}{% macro drop_relation(relation) %}{% do run_query('gone ' ~ relation) %}{% endmacro %}",
	};
	expect(
		run(
			"{{ adapter.get_columns_in_relation(this) }}{% set x = adapter.get_relation('db', 'dev', 'x') %}{{ x.type }}{% do adapter.drop_relation(x) %}",
			asked,
			macros,
		),
	).toBe("[PostgresColumn(column='mine', dtype='m', char_size=None, numeric_precision=None, numeric_scale=None)]view");
	expect(asked.map((request) => (request.kind === "query" ? request.sql.trim() : request.kind))).toEqual([
		'gone "db"."dev"."x"',
	]);
});

it("runs statements and hands each result out once", () => {
	const asked: DbRequest[] = [];
	expect(
		run(
			"{% call statement('s', fetch_result=true) %}select 1 as a{% endcall %}{% set r = load_result('s') %}{{ r.response }}|{{ r.response.code }}|{{ r.data }}|{{ r['table'].rows[0]['a'] }}",
			asked,
		),
	).toBe("SELECT 1|SELECT|[[1]]|1");
	expect(asked).toEqual([{ kind: "query", sql: "select 1 as a", fetch: true }]);
	expect(() =>
		run("{% call statement('s', fetch_result=true) %}x{% endcall %}{{ load_result('s') }}{{ load_result('s') }}"),
	).toThrow("TFM-REF-013: load_result('s') is not available here");
});

it("tells the database which macro asks", () => {
	const asked: DbRequest[] = [];
	compile(
		{
			macros: { shop: "{% macro ask() %}{{ return(run_query('select 1')) }}{% endmacro %}" },
			models: [{ name: "m", sql: "{% do ask() %}" }],
		},
		"m",
		(request) => {
			asked.push(request);
			return database(request);
		},
	);
	expect(asked).toEqual([{ kind: "query", sql: "select 1", fetch: true, macro: "macro.shop.ask" }]);
});

it("knows schemas, quoting and the adapter's type", () => {
	expect(
		run(
			"{{ adapter.check_schema_exists('db', 'PUBLIC') }} {{ adapter.check_schema_exists('db', 'x') }} {{ adapter.quote('a\"b') }} {{ adapter.type() }} {{ adapter.quote_as_configured('x', 'schema') }}",
		),
	).toBe('True False "a""b" postgres "x"');
});

it("makes the rows of a date spine out of the number of steps that the database counts", () => {
	const text = run("{{ dbt.date_spine('day', \"'2024-01-01'::date\", \"'2024-01-02'::date\") }}");
	expect(text).toContain("where generated_number <= 1");
	expect(text).toContain("as date_day");
});

it("checks a contract against the query's columns, naming each difference", () => {
	const columns = Object.fromEntries(
		[
			["id", "integer"],
			["name", "text"],
		].map(([name = "", data_type = ""]) => [
			name,
			{ name, data_type, description: "", meta: {}, constraints: [], quote: null, tags: [], config: {} },
		]),
	);
	const world = {
		models: [
			{
				name: "m",
				sql: "{{ get_assert_columns_equivalent('select 1') }}{{ get_table_columns_and_constraints() }}",
				config: { contract: { enforced: true } },
				columns,
			},
		],
	};
	const answer = (names: readonly string[]) => (request: DbRequest) =>
		request.kind === "query" && request.sql.includes("cast(null")
			? tableAnswer(["id:integer", "name:text"], [])
			: tableAnswer(names, []);
	expect(
		compile(world, "m", answer(["name:text", "id:integer"]))
			.sql.replace(/\s+/g, " ")
			.trim(),
	).toBe("( id integer, name text )");
	expect(() => compile(world, "m", answer(["id:text", "extra:text"]))).toThrow(
		/id +\| text +\| integer +\| data type mismatch +\|\n.*name +\| +\| text +\| missing in definition/,
	);
});

it("writes constraints as DDL", () => {
	const spec = (name: string, constraints: readonly Record<string, string | readonly string[]>[]) => ({
		name,
		data_type: "integer",
		description: "",
		meta: {},
		constraints,
		quote: name === "Q",
		tags: [],
		config: {},
	});
	const columns = {
		id: spec("id", [{ type: "not_null" }, { type: "primary_key" }]),
		Q: spec("Q", [
			{ type: "check", expression: '"Q" > 0' },
			{ type: "foreign_key", to: '"dev"."other"', to_columns: ["id"] },
		]),
	};
	const sql =
		"{{ adapter.render_raw_columns_constraints(model.columns) | join(' / ') }} / {{ adapter.render_raw_model_constraints([{'type': 'unique', 'columns': ['a', 'b'], 'name': 'u'}, {'type': 'check', 'expression': 'a > b'}, {'type': 'foreign_key', 'columns': ['a'], 'expression': 'other (id)'}]) | join(' / ') }}";
	expect(compile({ models: [{ name: "m", sql, columns }] }, "m").sql).toBe(
		'id integer not null primary key / "Q" integer check ("Q" > 0) references "dev"."other" (id) / constraint u unique (a, b) / check (a > b) / foreign key (a) references other (id)',
	);
});

it("grants what is missing and revokes what is too much", () => {
	const asked: string[] = [];
	compile(
		{
			models: [
				{
					name: "m",
					sql: "{% do apply_grants(this, config.get('grants'), should_revoke=true) %}",
					config: { grants: { select: ["reader", "kept"] } },
				},
			],
		},
		"m",
		(request) => {
			if (request.kind !== "query") throw new Error(request.kind);
			asked.push(request.sql.replace(/\s+/g, " ").trim());
			return tableAnswer(
				["grantee:text", "privilege_type:text"],
				[
					["kept", "SELECT"],
					["old", "SELECT"],
					["old", "INSERT"],
				],
			);
		},
	);
	expect(asked[0]).toContain('from "db".INFORMATION_SCHEMA.role_table_grants');
	expect(asked.slice(1)).toEqual([
		'revoke SELECT on "db"."dev"."m" from "old"; revoke INSERT on "db"."dev"."m" from "old"; grant select on "db"."dev"."m" to reader;',
	]);
});
