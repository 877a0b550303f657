import type { CompareDialect } from "../../core/compareDialect.ts";

const NUMBER = /^(?:NUMBER|FLOAT)\b/;
const TEXT = /^VARCHAR\b/;
const MOMENT = /^(?:DATE|TIMESTAMP_(?:NTZ|LTZ|TZ))\b/;
const TIMESTAMP = /^TIMESTAMP_/;
const DOCUMENT = /^(?:VARIANT|OBJECT|ARRAY)\b/;
/** HASH and comparisons take neither of them. */
const SHAPE = /^(?:GEOGRAPHY|GEOMETRY)\b/;

/** Without length, precision and scale, which decide what may be stored and not what equals what. */
const family = (type: string): string => type.replace(/\([^)]*\)/g, "").trim();

/** Without the zeros behind the last digit of a second, as Postgres prints it. */
const clock = (expression: string, format: string): string =>
	`rtrim(rtrim(to_char(${expression}, '${format}HH24:MI:SS.FF9'), '0'), '.')`;

function text(expression: string, type: string): string {
	const name = family(type).toUpperCase();
	if (DOCUMENT.test(name)) return `to_json(${expression})`;
	if (SHAPE.test(name)) return `st_aswkt(${expression})`;
	switch (name) {
		case "DATE":
			return `to_char(${expression}, 'YYYY-MM-DD')`;
		case "TIME":
			return clock(expression, "");
		case "TIMESTAMP_NTZ":
			return clock(expression, "YYYY-MM-DD ");
		case "TIMESTAMP_LTZ":
		case "TIMESTAMP_TZ":
			return `${clock(`convert_timezone('UTC', ${expression})`, "YYYY-MM-DD ")} || '+00'`;
		case "BINARY":
			return `hex_encode(${expression})`;
		default:
			return `${expression}::varchar`;
	}
}

/**
 * How Snowflake compares rows. HASH is never null, and numbers that are equal have one hash whatever their precision and
 * scale, a FLOAT without decimals among them (Snowflake's reference: HASH). NUMBER has no not-a-number. Keys are not
 * enforced, so none proves anything.
 */
export const SNOWFLAKE_COMPARING: CompareDialect = Object.freeze<CompareDialect>({
	serverVersion: null,
	hash: (expressions) => `hash(${expressions.join(", ")})`,
	part: (hash, count) => `mod(abs(${hash}), ${count})`,
	type: (printed) => ({
		numeric: NUMBER.test(printed),
		float: /^FLOAT\b/.test(printed),
		timestamp: TIMESTAMP.test(printed),
		hashesSign: false,
	}),
	comparedAs(base, head) {
		if (family(base) === family(head)) return SHAPE.test(base) ? "varchar" : null;
		const both = (pattern: RegExp): boolean => pattern.test(base) && pattern.test(head);
		if (both(NUMBER)) return "float";
		if (both(TEXT)) return null;
		if (both(MOMENT)) return /^TIMESTAMP_L?TZ/m.test(`${base}\n${head}`) ? "timestamp_tz" : "timestamp_ntz";
		if (both(DOCUMENT)) return "variant";
		return "varchar";
	},
	convert: (expression, from, as) => (as === "varchar" ? text(expression, from) : `${expression}::${as}`),
	text,
	distinctTexts: (expression) =>
		`to_json(array_agg(distinct ${expression}::varchar) within group (order by ${expression}::varchar))::varchar`,
	millisecondsApart: (a, b) => `abs(datediff(microsecond, ${a}, ${b})) / 1000`,
	amongNumbers: (expression, numbers) => (numbers.length === 0 ? "false" : `${expression} in (${numbers.join(", ")})`),
	fence: "",
	aside: (name, near) => ({ ...near, identifier: name.toUpperCase() }),
	fillAside: (table) => ({ before: `create or replace temporary table ${table} as\n`, after: [] }),
	dropAside: (tables) => tables.map((table) => `drop table if exists ${table}`).join(";\n"),
	uniqueIndexes: null,
});
