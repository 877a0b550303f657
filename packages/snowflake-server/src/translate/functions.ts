import { unsupported } from "../snowflakeError.ts";
import { dateFormat } from "./dateFormat.ts";
import { addPart, datePart, extractPart } from "./dateParts.ts";

/** An argument as DuckDB's SQL, with the text it had if it was a string, and the word if it was a bare name. */
export interface Argument {
	readonly sql: string;
	readonly text?: string;
	readonly word?: string;
}

type Render = (args: readonly Argument[]) => string;

/** A scalar function: the least and most arguments, and its SQL; `$1` and `$*` stand for arguments. */
export interface ScalarFunction {
	readonly least: number;
	readonly most: number;
	readonly render: Render;
}

const MANY = 1_000;

function fn(least: number, most: number, body: string | Render): ScalarFunction {
	const render: Render =
		typeof body === "function"
			? body
			: (args) =>
					body
						.replace("$*", () => args.map(({ sql }) => sql).join(", "))
						.replace(/\$(\d)/g, (_, n: string) => args[Number(n) - 1]?.sql ?? "null");
	return { least, most, render };
}

/** The same name and meaning in DuckDB. */
const same = (name: string, least: number, most = least): readonly [string, ScalarFunction] => [
	name.toUpperCase(),
	fn(least, most, `${name}($*)`),
];

const partOf = ({ text, word }: Argument | undefined = { sql: "" }) => datePart(text ?? word ?? "");

function format(argument: Argument | undefined): string {
	if (argument?.text === undefined) throw unsupported("a date format that is not a literal");
	return `'${dateFormat(argument.text).replaceAll("'", "''")}'`;
}

const DEFAULT_SCALE = 0;

/** TO_NUMBER(x [, precision [, scale]]); a format model is not known. */
function toNumber(cast: "cast" | "try_cast"): Render {
	return ([value, ...numbers]) => {
		if (numbers.some(({ sql }) => !/^\d+$/.test(sql))) throw unsupported("TO_NUMBER with a format");
		return `${cast}(${value!.sql} as decimal(${numbers[0]?.sql ?? 38}, ${numbers[1]?.sql ?? DEFAULT_SCALE}))`;
	};
}

/** A second has so many digits here, whatever its type says. */
const MICROSECONDS = 6;

/** TO_TIMESTAMP and TO_DATE: of a text, with a format, or of a number with its scale; a number alone is not taken for a time. */
const toTime =
	(type: string, attempt = ""): Render =>
	([value, pattern]) =>
		pattern && type === "timestamp" && /^[0-6]$/.test(pattern.sql)
			? `make_timestamp(cast(${value!.sql} * ${10 ** (MICROSECONDS - Number(pattern.sql))} as bigint))`
			: pattern
				? `cast(${attempt}strptime(${value!.sql}, ${format(pattern)}) as ${type})`
				: `${attempt}cast(${value!.sql} as ${type})`;

const toText: Render = ([value, pattern]) =>
	pattern ? `sf.print(${value!.sql}, ${format(pattern)})` : `sf.text(${value!.sql})`;

/** Regular expressions: the pattern is a literal of RE2's and Snowflake's common part; flags `i`, `s`, `m`, `c`, `e`. */
const flags = (argument: Argument | undefined, more = ""): string => {
	const given = argument === undefined ? "" : (argument.text ?? "?");
	if (/[^cismeg]/.test(given)) throw unsupported("parameters of a regular expression that are not c, i, m, s");
	return `'${given.replace(/[ceg]/g, "")}${more}'`;
};

/**
 * REGEXP_INSTR: where the first match begins, from 1; 0 without one. The engine has no such function, so what stands
 * before the match is matched with it, as short as it can be. A quantifier or anchor of the pattern stays inside its group.
 */
const placeOfMatch: Render = (a) => {
	one(a[2], "REGEXP_INSTR from a position");
	one(a[3], "REGEXP_INSTR of a later occurrence");
	if (a[4] && a[4].sql !== "0") throw unsupported("REGEXP_INSTR of the end of a match");
	const [text, pattern, how] = [a[0]!.sql, a[1]!.sql, flags(a[5])];
	const before = `regexp_extract(${text}, '\\A((?s:.*?))(?:' || ${pattern} || ')', 1, ${how})`;
	return `case when regexp_matches(${text}, ${pattern}, ${how}) then length(${before}) + 1 when ${text} is null or ${pattern} is null then null else 0 end`;
};

/** TO_BINARY of digits (the default) or of a text's bytes. */
const toBinary: Render = ([value, how]) => {
	const format = how === undefined ? "hex" : (how.text ?? "?").toLowerCase();
	if (format !== "hex" && !/^utf-?8$/.test(format))
		throw unsupported("TO_BINARY from another format than HEX and UTF-8");
	return format === "hex" ? `unhex(${value!.sql})` : `encode(${value!.sql})`;
};

/** Signs behind which INITCAP begins a word, besides blanks. */
const WORD_DELIMITERS = '!?@"^#$&~_,.:;+-*%/|\\[](){}<>';

const capitalised: Render = ([text, delimiters]) => {
	if (delimiters !== undefined && delimiters.text === undefined)
		throw unsupported("delimiters of INITCAP that are not a literal");
	const signs = delimiters?.text ?? `${WORD_DELIMITERS} \t\r\n`;
	const inside = signs.replace(/[\\\]^-]/g, "\\$&").replaceAll("'", "''");
	return `sf.capitalised(${text!.sql}, '${signs === "" ? "(?s:.+)" : `[${inside}]+|[^${inside}]+`}')`;
};

const one = (argument: Argument | undefined, what: string): void => {
	if (argument !== undefined && argument.sql !== "1") throw unsupported(what);
};

const dec: Render = ([value, ...cases]) => {
	const branches: string[] = [];
	let i = 0;
	for (; i + 1 < cases.length; i += 2)
		branches.push(`when ${value!.sql} is not distinct from ${cases[i]!.sql} then ${cases[i + 1]!.sql}`);
	return `case ${branches.join(" ")} else ${cases[i]?.sql ?? "null"} end`;
};

/** GREATEST and LEAST are null where one of the values is. */
const extreme =
	(name: string): Render =>
	(args) =>
		`case when ${args.map(({ sql }) => `${sql} is null`).join(" or ")} then null else ${name}(${args.map(({ sql }) => sql).join(", ")}) end`;

const pairs: Render = (args) => `json_object(${args.map(({ sql }) => sql).join(", ")})`;

export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map<string, ScalarFunction>([
	...["abs", "sqrt", "exp", "ln", "sign", "lower", "upper", "reverse", "ascii", "chr", "md5", "sha256"].map((name) =>
		same(name, 1),
	),
	...["power", "mod", "repeat", "nullif", "left", "right", "atan2", "ifnull"].map((name) => same(name, 2)),
	...["sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees", "cbrt"].map((name) => same(name, 1)),
	...["ltrim", "rtrim"].map((name) => same(name, 1, 2)),
	same("replace", 3),
	same("split_part", 3),
	same("pi", 0),
	same("coalesce", 1, MANY),
	["POW", fn(2, 2, "power($*)")],
	["SQUARE", fn(1, 1, "(($1) * ($1))")],
	["LOG", fn(2, 2, "log($*)")],
	["ROUND", fn(1, 2, (a) => `round(${a[0]!.sql}${a[1] ? `, ${a[1].sql}` : ""})`)],
	["CEIL", fn(1, 1, "ceil($1)")],
	["FLOOR", fn(1, 1, "floor($1)")],
	["TRUNC", fn(1, 1, "trunc($1)")],
	["GREATEST", fn(1, MANY, extreme("greatest"))],
	["LEAST", fn(1, MANY, extreme("least"))],
	["NVL", fn(2, 2, "coalesce($*)")],
	["NVL2", fn(3, 3, "case when $1 is not null then $2 else $3 end")],
	["IFF", fn(3, 3, "case when $1 then $2 else $3 end")],
	["DECODE", fn(3, MANY, dec)],
	["ZEROIFNULL", fn(1, 1, "coalesce($1, 0)")],
	["NULLIFZERO", fn(1, 1, "nullif($1, 0)")],
	["DIV0", fn(2, 2, "sf.div0($*)")],
	["DIV0NULL", fn(2, 2, "sf.div0($1, coalesce($2, 0))")],
	["EQUAL_NULL", fn(2, 2, "($1 is not distinct from $2)")],
	["LENGTH", fn(1, 1, "length(sf.text($1))")],
	["LEN", fn(1, 1, "length(sf.text($1))")],
	["CONCAT", fn(1, MANY, (a) => `(${a.map(({ sql }) => `sf.text(${sql})`).join(" || ")})`)],
	[
		"CONCAT_WS",
		fn(2, MANY, ([separator, ...a]) => `(${a.map(({ sql }) => `sf.text(${sql})`).join(` || ${separator!.sql} || `)})`),
	],
	["LPAD", fn(2, 3, (a) => `lpad(${a[0]!.sql}, ${a[1]!.sql}, ${a[2]?.sql ?? "' '"})`)],
	["RPAD", fn(2, 3, (a) => `rpad(${a[0]!.sql}, ${a[1]!.sql}, ${a[2]?.sql ?? "' '"})`)],
	["SUBSTR", fn(2, 3, "substring($*)")],
	["SUBSTRING", fn(2, 3, "substring($*)")],
	["CHARINDEX", fn(2, 2, "position($1 in $2)")],
	["CONTAINS", fn(2, 2, "contains($*)")],
	["STARTSWITH", fn(2, 2, "starts_with($*)")],
	["ENDSWITH", fn(2, 2, "ends_with($*)")],
	["INITCAP", fn(1, 2, capitalised)],
	["TRANSLATE", fn(3, 3, "translate($*)")],
	[
		"COLLATE",
		fn(2, 2, (a) => {
			if (a[1]!.text !== "" && a[1]!.text !== "utf8") throw unsupported("a collation that is not utf8");
			return a[0]!.sql;
		}),
	],
	["EDITDISTANCE", fn(2, 2, "levenshtein($*)")],
	["HASH", fn(1, MANY, (a) => `sf.hash([${a.map(({ sql }) => `sf.hashable(${sql})`).join(", ")}])`)],
	["HEX_ENCODE", fn(1, 1, "hex($1)")],
	["SHA1", fn(1, 1, "sha1($1)")],
	[
		"SHA2",
		fn(1, 2, (a) => {
			if (a[1] && a[1].sql !== "256") throw unsupported("SHA2 of another length than 256");
			return `sha256(${a[0]!.sql})`;
		}),
	],
	["UUID_STRING", fn(0, 0, "cast(uuid() as varchar)")],
	// Seconds, the unit that is meant where none is named.
	[
		"SYSTEM$WAIT",
		fn(1, 1, "coalesce(cast(sleep_ms(cast(($1) * 1000 as bigint)) as varchar), 'waited ' || ($1) || ' seconds')"),
	],
	["RANDOM", fn(0, 0, "hash(random())")],
	["REGEXP_LIKE", fn(2, 3, (a) => `regexp_full_match(${a[0]!.sql}, ${a[1]!.sql}, ${flags(a[2])})`)],
	["RLIKE", fn(2, 3, (a) => `regexp_full_match(${a[0]!.sql}, ${a[1]!.sql}, ${flags(a[2])})`)],
	["REGEXP_REPLACE", fn(2, 3, (a) => `regexp_replace(${a[0]!.sql}, ${a[1]!.sql}, ${a[2]?.sql ?? "''"}, 'g')`)],
	["REGEXP_INSTR", fn(2, 6, placeOfMatch)],
	["REGEXP_COUNT", fn(2, 2, "len(regexp_extract_all($1, $2))")],
	[
		"REGEXP_SUBSTR",
		fn(2, 6, (a) => {
			one(a[2], "REGEXP_SUBSTR from a position");
			one(a[3], "REGEXP_SUBSTR of a later occurrence");
			const group = a[5]?.sql ?? (a[4]?.text?.includes("e") ? "1" : "0");
			return `nullif(regexp_extract(${a[0]!.sql}, ${a[1]!.sql}, ${group}, ${flags(a[4])}), '')`;
		}),
	],
	// dates and times
	["DATEADD", fn(3, 3, (a) => addPart(partOf(a[0]), a[1]!.sql, a[2]!.sql))],
	["TIMESTAMPADD", fn(3, 3, (a) => addPart(partOf(a[0]), a[1]!.sql, a[2]!.sql))],
	["DATEDIFF", fn(3, 3, (a) => `sf.diff('${partOf(a[0])}', ${a[1]!.sql}, ${a[2]!.sql})`)],
	["TIMESTAMPDIFF", fn(3, 3, (a) => `sf.diff('${partOf(a[0])}', ${a[1]!.sql}, ${a[2]!.sql})`)],
	["ADD_MONTHS", fn(2, 2, "sf.add_months($1, $2)")],
	["DATE_TRUNC", fn(2, 2, (a) => `sf.trunc('${partOf(a[0])}', ${a[1]!.sql})`)],
	["DATE_PART", fn(2, 2, (a) => extractPart(partOf(a[0]), a[1]!.sql))],
	...(["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"] as const).map(
		(name) => [name, fn(1, 1, (a) => extractPart(datePart(name), a[0]!.sql))] as const,
	),
	...(["DAYOFMONTH", "DAYOFWEEK", "DAYOFWEEKISO", "DAYOFYEAR", "WEEKOFYEAR", "WEEKISO", "YEAROFWEEKISO"] as const).map(
		(name) => [name, fn(1, 1, (a) => extractPart(datePart(name), a[0]!.sql))] as const,
	),
	["MONTHNAME", fn(1, 1, "strftime($1, '%b')")],
	["DAYNAME", fn(1, 1, "strftime($1, '%a')")],
	["LAST_DAY", fn(1, 1, "last_day($1)")],
	["DATE_FROM_PARTS", fn(3, 3, "make_date($*)")],
	["TO_DATE", fn(1, 2, toTime("date"))],
	["DATE", fn(1, 2, toTime("date"))],
	["TRY_TO_DATE", fn(1, 2, toTime("date", "try_"))],
	["TO_TIME", fn(1, 1, "cast($1 as time)")],
	["TRY_TO_TIME", fn(1, 1, "try_cast($1 as time)")],
	...["TO_TIMESTAMP", "TO_TIMESTAMP_NTZ"].map((name) => [name, fn(1, 2, toTime("timestamp"))] as const),
	...["TO_TIMESTAMP_TZ", "TO_TIMESTAMP_LTZ"].map((name) => [name, fn(1, 1, "cast($1 as timestamptz)")] as const),
	...["TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_NTZ"].map((name) => [name, fn(1, 2, toTime("timestamp", "try_"))] as const),
	[
		"TRY_TO_TIMESTAMP_TZ",
		fn(1, 2, ([value, pattern]) =>
			pattern
				? `try_cast(try_strptime(${value!.sql}, ${format(pattern)}) as timestamptz)`
				: `try_cast(${value!.sql} as timestamptz)`,
		),
	],
	[
		"CONVERT_TIMEZONE",
		fn(2, 3, (a) =>
			a.length === 3
				? `timezone(${a[1]!.sql}, timezone(${a[0]!.sql}, cast(${a[2]!.sql} as timestamp)))`
				: `timezone('UTC', timezone(${a[0]!.sql}, cast(${a[1]!.sql} as timestamptz)))`,
		),
	],
	// texts and numbers
	["TO_CHAR", fn(1, 2, toText)],
	["TO_VARCHAR", fn(1, 2, toText)],
	...["TO_NUMBER", "TO_NUMERIC", "TO_DECIMAL"].map((name) => [name, fn(1, 3, toNumber("cast"))] as const),
	...["TRY_TO_NUMBER", "TRY_TO_NUMERIC", "TRY_TO_DECIMAL"].map(
		(name) => [name, fn(1, 3, toNumber("try_cast"))] as const,
	),
	["TO_BINARY", fn(1, 2, toBinary)],
	["TRY_TO_BINARY", fn(1, 2, (a) => `try(${toBinary(a)})`)],
	["TO_DOUBLE", fn(1, 1, "cast($1 as double)")],
	["TRY_TO_DOUBLE", fn(1, 1, "try_cast($1 as double)")],
	["TO_BOOLEAN", fn(1, 1, "cast($1 as boolean)")],
	["TRY_TO_BOOLEAN", fn(1, 1, "try_cast($1 as boolean)")],
	// semi-structured
	["PARSE_JSON", fn(1, 1, "cast($1 as json)")],
	["TRY_PARSE_JSON", fn(1, 1, "try_cast($1 as json)")],
	["TO_VARIANT", fn(1, 1, "sf.json($1)")],
	["TO_ARRAY", fn(1, 1, "sf.json($1)")],
	["TO_OBJECT", fn(1, 1, "sf.json($1)")],
	["TO_JSON", fn(1, 1, "cast(sf.json($1) as varchar)")],
	["OBJECT_CONSTRUCT_KEEP_NULL", fn(0, MANY, pairs)],
	// A key whose value is null is left out, and json_merge_patch does that.
	["OBJECT_CONSTRUCT", fn(0, MANY, (a) => `json_merge_patch('{}', ${pairs(a)})`)],
	["ARRAY_CONSTRUCT", fn(0, MANY, "json_array($*)")],
	["ARRAY_SIZE", fn(1, 1, "json_array_length(sf.json($1))")],
	[
		"ARRAY_COMPACT",
		fn(1, 1, "to_json(list_filter(cast(sf.json($1) as json[]), lambda x: x is not null and json_type(x) <> 'NULL'))"),
	],
	["ARRAY_CONTAINS", fn(2, 2, "json_contains(sf.json($2), sf.json($1))")],
	["OBJECT_KEYS", fn(1, 1, "to_json(json_keys($1))")],
	["TYPEOF", fn(1, 1, "sf.typeof($1)")],
	// Documents here are JSON, which holds no dates: those of Parquet files are texts in them.
	["AS_DATE", fn(1, 1, "case when $1 is null then null end::date")],
	["AS_TIME", fn(1, 1, "case when $1 is null then null end::time")],
	["AS_TIMESTAMP_NTZ", fn(1, 1, "case when $1 is null then null end::timestamp")],
	...["AS_TIMESTAMP_TZ", "AS_TIMESTAMP_LTZ"].map(
		(name) => [name, fn(1, 1, "case when $1 is null then null end::timestamptz")] as const,
	),
	[
		"AS_DOUBLE",
		fn(
			1,
			1,
			"case when json_type($1) in ('DOUBLE', 'BIGINT', 'UBIGINT') then try_cast(cast($1 as varchar) as double) end",
		),
	],
	["IS_NULL_VALUE", fn(1, 1, "(json_type($1) = 'NULL')")],
	[
		"ARRAY_TO_STRING",
		fn(2, 2, "array_to_string(list_transform(cast(sf.json($1) as json[]), lambda x: json_extract_string(x, '$')), $2)"),
	],
	["SPLIT", fn(2, 2, "to_json(string_split($1, $2))")],
	[
		"GET",
		fn(
			2,
			2,
			(a) =>
				`json_extract(${a[0]!.sql}, ${a[1]!.text === undefined ? `cast(${a[1]!.sql} as bigint)` : `'$."${a[1]!.text.replaceAll("'", "''")}"'`})`,
		),
	],
]);

export interface AggregateFunction {
	readonly name: string;
	readonly least: number;
	readonly most: number;
	/** The SQL around the call, `$` being the call. */
	readonly wrap?: string;
	/** It orders its rows by WITHIN GROUP. */
	readonly ordered?: true;
	/** It is nothing without WITHIN GROUP, which stays outside of its arguments. */
	readonly ofOrdered?: true;
	readonly windowOnly?: true;
}

const aggregate = (
	name: string,
	least = 1,
	most = least,
	more: Partial<AggregateFunction> = {},
): AggregateFunction => ({
	name,
	least,
	most,
	...more,
});

/** Functions of many rows. DuckDB's COUNT_IF, LISTAGG and so on have other names or other empty answers. */
export const AGGREGATE_FUNCTIONS: ReadonlyMap<string, AggregateFunction> = new Map([
	...["count", "sum", "avg", "min", "max", "median", "any_value", "stddev", "stddev_samp", "stddev_pop"].map(
		(name) => [name.toUpperCase(), aggregate(name)] as const,
	),
	...["var_samp", "var_pop", "bool_and", "bool_or", "mode"].map(
		(name) => [name.toUpperCase(), aggregate(name)] as const,
	),
	...["max_by", "min_by", "corr"].map((name) => [name.toUpperCase(), aggregate(name, 2)] as const),
	["VARIANCE", aggregate("var_samp")],
	["COUNT_IF", aggregate("count_if")],
	["BOOLAND_AGG", aggregate("bool_and")],
	["BOOLOR_AGG", aggregate("bool_or")],
	["APPROX_COUNT_DISTINCT", aggregate("approx_count_distinct")],
	// Without rows Snowflake's LISTAGG is an empty text and its ARRAY_AGG an empty array, and nulls are left out.
	["LISTAGG", aggregate("string_agg", 1, 2, { ordered: true, wrap: "coalesce($, '')" })],
	["STRING_AGG", aggregate("string_agg", 1, 2, { ordered: true, wrap: "coalesce($, '')" })],
	["ARRAY_AGG", aggregate("list", 1, 1, { ordered: true, wrap: "coalesce(to_json($), cast('[]' as json))" })],
	...["percentile_cont", "percentile_disc"].map(
		(name) => [name.toUpperCase(), aggregate(name, 1, 1, { ofOrdered: true })] as const,
	),
	...["row_number", "rank", "dense_rank", "percent_rank", "cume_dist"].map(
		(name) => [name.toUpperCase(), aggregate(name, 0, 0, { windowOnly: true })] as const,
	),
	["NTILE", aggregate("ntile", 1, 1, { windowOnly: true })],
	["LAG", aggregate("lag", 1, 3, { windowOnly: true })],
	["LEAD", aggregate("lead", 1, 3, { windowOnly: true })],
	["FIRST_VALUE", aggregate("first_value", 1, 1, { windowOnly: true })],
	["LAST_VALUE", aggregate("last_value", 1, 1, { windowOnly: true })],
	["NTH_VALUE", aggregate("nth_value", 2, 2, { windowOnly: true })],
]);
