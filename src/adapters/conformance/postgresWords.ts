import type { ContractWords } from "./contractWords.ts";

/** The suite's words for every Postgres, embedded or a server. */
export const POSTGRES_WORDS: ContractWords = {
	lacks: {},
	type: "postgres",
	int: "int",
	series: (rows, alias) => `generate_series(1, ${rows}) ${alias}(n)`,
	// Long enough that only a limit ends it, in an engine that cannot be interrupted as in one that can.
	endless: "select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000) b",
	pause: "select pg_sleep(0.001)",
	values: [
		["null::text", null, "text", "text"],
		["null::int", null, "integer", "integer"],
		["true", true, "boolean", "boolean"],
		["false", false, "boolean", "boolean"],
		["(-32768)::smallint", -32768, "integer", "smallint"],
		["2147483647", 2147483647, "integer", "integer"],
		["9007199254740993::bigint", "9007199254740993", "integer", "bigint"],
		["(-9223372036854775808)::bigint", "-9223372036854775808", "integer", "bigint"],
		["1.10::numeric", "1.10", "decimal", "numeric"],
		["12345678901234567890.123456789::numeric(38, 9)", "12345678901234567890.123456789", "decimal", "numeric(38,9)"],
		["'NaN'::numeric", "NaN", "decimal", "numeric"],
		["0.1::real", 0.1, "float", "real"],
		["0.1::double precision + 0.2", 0.30000000000000004, "float", "double precision"],
		["1e300::double precision", 1e300, "float", "double precision"],
		["'-Infinity'::double precision", -Infinity, "float", "double precision"],
		["'NaN'::double precision", Number.NaN, "float", "double precision"],
		["''", "", "text", "text"],
		["'ж 日本 🦆 ''\\'", "ж 日本 🦆 '\\", "text", "text"],
		["'ab'::varchar(20)", "ab", "text", "character varying(20)"],
		["'ab'::char(4)", "ab  ", "text", "character(4)"],
		["'x'::name", "x", "text", "name"],
		["date '2026-02-28'", "2026-02-28", "date", "date"],
		["date '0044-03-15 BC'", "0044-03-15 BC", "date", "date"],
		["timestamp '2026-02-28 13:14:15'", "2026-02-28T13:14:15", "timestamp", "timestamp without time zone"],
		["timestamp(3) '2026-02-28 13:14:15.5'", "2026-02-28T13:14:15.5", "timestamp", "timestamp(3) without time zone"],
		[
			"timestamptz '2026-02-28 13:14:15.123456+05:30'",
			"2026-02-28T07:44:15.123456+00:00",
			"timestamp",
			"timestamp with time zone",
		],
		["timestamp 'infinity'", "infinity", "timestamp", "timestamp without time zone"],
		["time '13:14:15.5'", "13:14:15.5", "time", "time without time zone"],
		["timetz '13:14:15+02'", "13:14:15+02:00", "time", "time with time zone"],
		["interval '1 year 2 days 3 hours'", "1 year 2 days 03:00:00", "other", "interval"],
		[`'{"b": 1.10,  "a": [1]}'::json`, '{"b": 1.10,  "a": [1]}', "json", "json"],
		[`'{"b": 1.10,  "a": [1]}'::jsonb`, '{"a": [1], "b": 1.10}', "json", "jsonb"],
		["'\\x00ff10'::bytea", "\\x00ff10", "other", "bytea"],
		["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "other", "uuid"],
		["array[1, null, 3]", "{1,NULL,3}", "other", "integer[]"],
		["array['a,b', 'c\"d']", '{"a,b","c\\"d"}', "other", "text[]"],
		["row(1, 'x')", "(1,x)", "other", "record"],
		["'10.0.0.0/8'::cidr", "10.0.0.0/8", "other", "cidr"],
	],
	binds: {
		sql: "select $1::bigint + 1, $2::text, $3::boolean, $4::double precision, $5::timestamptz, $6::int is null, $7::jsonb ->> 'a'",
		binds: ["9007199254740993", "a'b\\c\t🦆", true, 0.1, "2026-02-28T13:14:15+01:00", null, '{"a": "b"}'],
		back: ["9007199254740994", "a'b\\c\t🦆", true, 0.1, "2026-02-28T12:14:15+00:00", true, "b"],
	},
	placeholders: `select 'what?' as a, ':x' as b, '$1' as c, ('{"k": 1}'::jsonb ? 'k')::int as d, 'a%b' as e, '{{ x }}' as f`,

	deleted: "DELETE 1",
	nothingFound: "SELECT 0",
	statuses: [
		["select 1 union all select 2", "SELECT 2", 2],
		["create table conf.a as select * from generate_series(1, 3)", "SELECT 3", 3],
		["create view conf.v as select 1 as x", "CREATE VIEW", null],
		["update pg_class set relname = relname where false", "UPDATE 0", 0],
		["", "", null],
		["-- nothing but a comment", "", null],
	],
	definition: { columns: [], rows: [], status: "CREATE TABLE" },
	unknownColumn: {
		sql: "select 1,\n  nope from pg_class",
		sqlstate: "42703",
		message: 'column "nope" does not exist',
	},
	unreadable: { sqlstate: "42601" },
	refusedRow: { columns: "a int primary key", value: 3, sqlstate: "23505" },

	streamsWhileWorking: true,
	badValue: { sqlstate: "22P02", says: ['line 54321, column i: "x"'] },
	loaded: {
		columns: "n numeric(10, 2), at timestamptz, ok boolean, j jsonb, d int default 7",
		moment: "2026-02-28T12:00:00+00:00",
	},

	session: {
		before: "drop role if exists conf_role; create role conf_role",
		after: "drop role conf_role",
		state: [
			"select current_user, session_user, current_setting('search_path'), current_setting('datestyle'), current_setting('timezone'), to_regclass('tmp')::text, (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())",
			"select to_regclass('conf.left_open')::text",
		],
		spoils: [
			"set role conf_role",
			"set session authorization conf_role",
			"set search_path = conf; set datestyle = german; set timezone = 'Asia/Tokyo'",
			"create temp table tmp (a int); select pg_advisory_lock(42)",
			"begin; set local datestyle = sql; create table conf.left_open (a int)",
		],
	},
	catalog: {
		relations: {
			setup: `create table conf.t (a int); create view conf.v as select * from conf.t; create materialized view conf.m as select 1 as x; create index on conf.t (a); create sequence conf.q;
				create table conf.p (a int) partition by list (a); create table conf.p1 partition of conf.p for values in (1)`,
			found: [
				["m", "materialized_view"],
				["p", "table"],
				["p1", "table"],
				["t", "table"],
				["v", "view"],
			],
		},
		columns: {
			setup: `create domain conf.dom as varchar(9) not null;
				create table conf.t (gone int, id bigint primary key, name varchar(20), price numeric(10, 2), at timestamptz, list text[], d conf.dom, n int, any_number numeric);
				alter table conf.t drop column gone; comment on column conf.t.name is 'it''s a name'`,
			found: [
				{ name: "id", type: "bigint", nullable: false, numericPrecision: 64, numericScale: 0 },
				{ name: "name", type: "character varying(20)", charSize: 20, comment: "it's a name" },
				{ name: "price", type: "numeric(10,2)", numericPrecision: 10, numericScale: 2 },
				{ name: "at", type: "timestamp with time zone" },
				{ name: "list", type: "text[]" },
				{ name: "d", type: "conf.dom", nullable: false, charSize: 9 },
				{ name: "n", type: "integer", numericPrecision: 32, numericScale: 0 },
				{ name: "any_number", type: "numeric" },
			],
		},
		sizes: {
			setup: `create table conf.t as select n from generate_series(1, 1000) n; analyze conf.t;
				create view conf.v as select * from conf.t; create table conf.fresh (a int);
				create table conf.p (a int) partition by list (a); create table conf.p1 partition of conf.p for values in (1);
				create table conf.p2 partition of conf.p for values in (2); insert into conf.p select 1 + n % 2 from generate_series(1, 500) n;
				analyze conf.p1; analyze conf.p2`,
			found: { t: [1000, 4001], p: [500, 2001], v: [null, null], fresh: [null, 0, 0] },
		},
		bareName: "MixedÄCase",
		longest: 63,
		longer: "cut",
	},
};
