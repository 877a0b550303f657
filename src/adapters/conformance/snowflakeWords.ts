import type { ContractWords } from "./contractWords.ts";

const small = "number(9, 0)";

/** What the suite leaves out on Snowflake, and why. */
export const SNOWFLAKE_LACKS: ContractWords["lacks"] = {
	notices: "Snowflake sends none",
	"types of the user's own": "Snowflake has none",
	"tables without columns": "Snowflake has none",
	"enforced keys": "Snowflake keeps keys as a note and checks none",
	"errors raised in SQL": "only blocks of Snowflake Scripting raise them",
	savepoints: "Snowflake has none; a nested transaction is part of the outer one",
	"transactional definitions": "a definition commits on Snowflake",
	"several statements as one transaction": "each is sent by itself and commits, as with dbt-snowflake",
	"constraints checked at commit": "Snowflake has none",
	"texts without the character NUL": "a text may hold it on Snowflake",
};

/**
 * The suite's words for Snowflake. `elsewhere`: a role and a warehouse that a session may change to; an account may have
 * none to spare.
 */
export const snowflakeWords = ({
	warehouse,
	elsewhere,
	seed,
}: {
	readonly warehouse: string;
	readonly elsewhere: readonly string[];
	readonly seed?: number | undefined;
}): ContractWords => ({
	...(seed === undefined ? {} : { seed }),
	lacks: SNOWFLAKE_LACKS,
	type: "snowflake",
	int: small,
	series: (rows, alias) =>
		`(select cast(row_number() over (order by seq4()) as ${small}) as n from table(generator(rowcount => ${rows}))) ${alias}`,
	endless:
		"select sum(a.n * b.n) as s from (select seq4() as n from table(generator(rowcount => 3000000))) a, (select seq4() as n from table(generator(rowcount => 3000000))) b",
	pause: "select 1",
	values: [
		["null::varchar", null, "text", "VARCHAR"],
		[`null::${small}`, null, "integer", "NUMBER(9,0)"],
		["true", true, "boolean", "BOOLEAN"],
		["false", false, "boolean", "BOOLEAN"],
		[`(-999999999)::${small}`, -999999999, "integer", "NUMBER(9,0)"],
		["9007199254740993::int", "9007199254740993", "integer", "NUMBER(38,0)"],
		["99999999999999999999999999999999999999::int", `${"9".repeat(38)}`, "integer", "NUMBER(38,0)"],
		["1.10::number(10, 2)", "1.10", "decimal", "NUMBER(10,2)"],
		["12345678901234567890.123456789::number(38, 9)", "12345678901234567890.123456789", "decimal", "NUMBER(38,9)"],
		["0.1::float + 0.2::float", 0.30000000000000004, "float", "FLOAT"],
		["1e300::float", 1e300, "float", "FLOAT"],
		["'-inf'::float", -Infinity, "float", "FLOAT"],
		["'NaN'::float", Number.NaN, "float", "FLOAT"],
		["''", "", "text", "VARCHAR"],
		["'ж 日本 🦆 ''\\\\'", "ж 日本 🦆 '\\", "text", "VARCHAR"],
		["'ab'::varchar(20)", "ab", "text", "VARCHAR"],
		["date '2026-02-28'", "2026-02-28", "date", "DATE"],
		["'2026-02-28 13:14:15'::timestamp_ntz", "2026-02-28T13:14:15", "timestamp", "TIMESTAMP_NTZ(9)"],
		["'2026-02-28 13:14:15.5'::timestamp_ntz", "2026-02-28T13:14:15.5", "timestamp", "TIMESTAMP_NTZ(9)"],
		[
			"'2026-02-28 07:44:15.123456+00:00'::timestamp_tz",
			"2026-02-28T07:44:15.123456+00:00",
			"timestamp",
			"TIMESTAMP_TZ(9)",
		],
		["'13:14:15'::time", "13:14:15", "time", "TIME(9)"],
		[`parse_json('{"a":[1],"b":"x"}')`, '{"a":[1],"b":"x"}', "json", "VARIANT"],
		["to_binary('00ff10', 'hex')", "00FF10", "other", "BINARY"],
	],
	binds: {
		sql: "select $1::int + 1, $2::varchar, $3::boolean, $4::float, $5::timestamp_ntz, $6::int is null, parse_json($7):a::varchar",
		binds: ["9007199254740993", "a'b\\c\t🦆", true, 0.1, "2026-02-28T13:14:15", null, '{"a": "b"}'],
		back: ["9007199254740994", "a'b\\c\t🦆", true, 0.1, "2026-02-28T13:14:15", true, "b"],
	},
	placeholders: `select 'what?' as a, ':x' as b, '$1' as c, cast(parse_json('{"k": 1}'):k as ${small}) as d, 'a%b' as e, '{{ x }}' as f`,

	deleted: "SUCCESS 1",
	nothingFound: "SUCCESS 0",
	statuses: [
		["select 1 as a union all select 2", "SUCCESS 2", 2],
		["create table conf.a as select 1 as x", "SUCCESS 1", null],
		["create view conf.v as select 1 as x", "SUCCESS 1", null],
		["create table conf.a (x int); update conf.a set x = 1 where false", "SUCCESS 0", 0],
		["", "", null],
		["-- nothing but a comment", "", null],
	],
	definition: { columns: ["status"], rows: [["Table T successfully created."]], status: "SUCCESS 1" },
	unknownColumn: {
		sql: "select 1,\n  nope from information_schema.tables",
		sqlstate: "42000",
		message: "invalid identifier 'NOPE'",
	},
	unreadable: { sqlstate: "42000" },
	refusedRow: { columns: `a ${small} not null`, value: null, sqlstate: "22000" },

	streamsWhileWorking: false,
	badValue: { sqlstate: "22018", says: ["Numeric value 'x' is not recognized", "line 54321, column I"] },
	loaded: {
		columns: `n number(10, 2), at timestamp_ltz, ok boolean, j variant, d ${small} default 7`,
		moment: "2026-02-28T12:00:00+00:00",
	},

	session: {
		before: "create table conf.kept (a int)",
		after: "drop table conf.kept",
		state: [
			"select current_role(), current_database(), current_schema(), current_warehouse()",
			"show parameters like 'QUERY_TAG' in session",
			"show parameters like 'LOCK_TIMEOUT' in session",
			"select count(*) from information_schema.tables where table_name = 'TMP'",
			"select count(*) from conf.kept",
		],
		spoils: [
			...elsewhere,
			"use schema conf",
			"create schema if not exists conf_other; drop schema conf_other",
			"alter session set query_tag = 'mine'",
			"alter session set lock_timeout = 7",
			"create temporary table public.tmp (a int)",
			"begin; insert into conf.kept values (1)",
		],
	},
	catalog: {
		relations: {
			setup: `create table conf.t (a int); create view conf.v as select * from conf.t; create transient table conf.s (a int);
				create dynamic table conf.m target_lag = '1 hour' warehouse = ${warehouse} as select a from conf.t`,
			found: [
				["M", "materialized_view"],
				["S", "table"],
				["T", "table"],
				["V", "view"],
			],
		},
		columns: {
			setup: `create table conf.t (gone int, id number(18, 0) not null, name varchar(20), price number(10, 2), at timestamp_tz, list array, doc variant, n int, ratio float, day date);
				alter table conf.t drop column gone; comment on column conf.t.name is 'it''s a name'`,
			found: [
				{ name: "ID", type: "NUMBER(18,0)", nullable: false, numericPrecision: 18, numericScale: 0 },
				{ name: "NAME", type: "VARCHAR(20)", charSize: 20, comment: "it's a name" },
				{ name: "PRICE", type: "NUMBER(10,2)", numericPrecision: 10, numericScale: 2 },
				{ name: "AT", type: "TIMESTAMP_TZ(9)" },
				{ name: "LIST", type: "ARRAY" },
				{ name: "DOC", type: "VARIANT" },
				{ name: "N", type: "NUMBER(38,0)", numericPrecision: 38, numericScale: 0 },
				{ name: "RATIO", type: "FLOAT" },
				{ name: "DAY", type: "DATE" },
			],
		},
		sizes: {
			setup:
				"create table conf.t as select seq4() as n from table(generator(rowcount => 1000)); create view conf.v as select * from conf.t; create table conf.fresh (a int)",
			found: { T: [1000, 0], V: [null, null], FRESH: [0, 0, 0] },
		},
		bareName: "MixedCase",
		longest: 255,
		longer: "refused",
	},
});
