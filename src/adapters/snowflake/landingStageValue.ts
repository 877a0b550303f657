import type { StageColumn, StageRead } from "../../core/landingDialect.ts";

/** A literal. */
export const text = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** What stands at a place of a document: `get(get(record, 'address'), 0)`. */
export const at = (document: string, path: readonly (string | number)[]): string =>
	path.reduce<string>((sql, step) => `get(${sql}, ${typeof step === "number" ? step : text(step)})`, document);

/** A list is a record where it is kept as it came or where a column says a place in it. */
export const readsLists = ({ columns }: StageRead): boolean =>
	columns === "record" || columns.some(({ path }) => typeof path[0] === "number");

/** One column in the SQL of a load from a stage. */
export interface StagedValue {
	/** `… as t1`: what is taken from the record. */
	readonly given: readonly string[];
	/** Its text. */
	readonly text: string;
	readonly name: string;
	/** In terms of what is given; null where the text is no value. */
	readonly value: string;
	/** Branches of a CASE that say why the record is no row. */
	readonly wrong: readonly string[];
}

/** How a column's value comes out of a record, and what is wrong with one that does not. Texts are judged as src/load does. */
export function stagedValue(column: StageColumn, read: StageRead, i: number): StagedValue {
	const [t, d, v] = [`t${i + 1}`, `d${i + 1}`, `v${i + 1}`];
	const { label, type, path, isKey, expected } = column;
	const found = at("record", path);
	const written = `${found}::varchar`;
	const { nullValues } = read;
	const cleaned =
		nullValues.length === 0
			? written
			: `case when ${written} in (${nullValues.map(text).join(", ")}) then null else ${written} end`;
	const missing = isKey ? [`when ${t} is null then ${text(`${label}: is a key and has no value`)}`] : [];
	const misread = `when ${t} is not null and ${v} is null then ${text(`${label}: "`)} || left(${t}, 60) || ${text(`" is not ${expected}`)}`;
	const isDocument = read.format !== "csv";
	if (type === "json" && isDocument) {
		const value = `case when is_null_value(${d}) then null else ${d} end`;
		return { given: [`${written} as ${t}`, `${found} as ${d}`], text: `${t}, ${d}`, name: v, value, wrong: missing };
	}
	const native = read.format === "parquet" ? NATIVE[type] : undefined;
	const given = [`${cleaned} as ${t}`, ...(native === undefined ? [] : [`${found} as ${d}`])];
	const value = ofText(column, t);
	return {
		given,
		text: native === undefined ? t : `${t}, ${d}`,
		name: v,
		value: native === undefined ? value : `coalesce(${native(d)}, ${value})`,
		wrong: type === "text" ? missing : [...missing, misread],
	};
}

/** What a document out of a Parquet file holds as such, which its text would cut. */
const NATIVE: Partial<Record<StageColumn["type"], (document: string) => string>> = {
	date: (d) => `as_date(${d})`,
	time: (d) => `as_time(${d})`,
	timestamp: (d) => `as_timestamp_ntz(${d})`,
	timestamptz: (d) => `as_timestamp_tz(${d}), as_timestamp_ltz(${d})::timestamp_tz`,
	double: (d) => `as_double(${d})`,
	real: (d) => `as_double(${d})`,
};

const DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?";
const NUMBER = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?";
const FLOAT = `${NUMBER}|[+-]?([iI][nN][fF]([iI][nN][iI][tT][yY])?)|[nN][aA][nN]`;
const UUID = "[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}";

/** What a text means, null where it is no value of the type: a shape that it has to have, and a function that tries to read it. */
function ofText({ type, formats }: StageColumn, t: string): string {
	if (formats.length > 0) {
		const tried = formats.map((format) => ofFormat(type, format, t));
		return tried.length === 1 ? tried[0]! : `coalesce(${tried.join(", ")})`;
	}
	const shaped = (shape: string, value: string): string =>
		`case when regexp_like(${t}, '${shape.replaceAll("\\", "\\\\")}') then ${value} end`;
	const whole = (low: string, high: string): string =>
		shaped(
			"[+-]?[0-9]{1,25}([.]0+)?",
			`case when try_to_number(${t}, 38, 0) between ${low} and ${high} then try_to_number(${t}, 38, 0) end`,
		);
	switch (type) {
		case "text":
			return t;
		case "integer":
			return whole("-2147483648", "2147483647");
		case "bigint":
			return whole("-9223372036854775808", "9223372036854775807");
		case "numeric":
			return shaped(NUMBER, `try_to_number(${t}, 38, 12)`);
		case "real":
		case "double":
			return shaped(FLOAT, `try_to_double(${t})`);
		case "boolean":
			return `case when lower(${t}) in ('true', 't', 'yes', '1') then true when lower(${t}) in ('false', 'f', 'no', '0') then false end`;
		case "date":
			return shaped(DAY, `try_to_date(${t}, 'YYYY-MM-DD')`);
		case "time":
			return shaped(CLOCK, `try_to_time(${t})`);
		case "timestamp":
			return shaped(`${DAY}([T ]${CLOCK})?`, `try_to_timestamp_ntz(${t})`);
		case "timestamptz":
			return shaped(`${DAY}([T ]${CLOCK}(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?)?`, `try_to_timestamp_tz(${t})`);
		case "uuid":
			return shaped(UUID, t);
		case "bytea":
			return shaped("\\\\[xX]([0-9a-fA-F]{2})*", `try_to_binary(substr(${t}, 3), 'HEX')`);
		case "json":
			return `try_parse_json(${t})`;
	}
}

/** The words of `formats:` in Snowflake's; the longest come first. */
const WORDS: readonly (readonly [string, string])[] = [
	["YYYY", "YYYY"],
	["Month", "MMMM"],
	["HH24", "HH24"],
	["HH12", "HH12"],
	["Mon", "MON"],
	["TZH:TZM", "TZH:TZM"],
	["TZH", "TZH"],
	["AM", "AM"],
	["PM", "AM"],
	["MM", "MM"],
	["DD", "DD"],
	["MI", "MI"],
	["SS", "SS"],
	["MS", "FF3"],
	["US", "FF6"],
	["YY", "YY"],
	["T", '"T"'],
];

function snowflakeFormat(format: string): string {
	let out = "";
	for (let from = 0; from < format.length; ) {
		const word = WORDS.find(([name]) => format.startsWith(name, from));
		out += word?.[1] ?? format[from]!;
		from += word?.[0].length ?? 1;
	}
	return out;
}

const UNITS: Readonly<Record<string, readonly [pattern: string, micros: number]>> = {
	unix: ["-?[0-9]{1,15}([.][0-9]{1,6})?", 1_000_000],
	unix_ms: ["-?[0-9]{1,15}", 1000],
};

/** A time of day that a date has is not lost: it is no date then. */
function ofFormat(type: StageColumn["type"], format: string, t: string): string {
	const unit = UNITS[format];
	const moment =
		unit === undefined
			? `try_to_timestamp_${type === "timestamptz" && format.includes("TZH") ? "tz" : "ntz"}(${t}, ${text(snowflakeFormat(format))})`
			: `case when regexp_like(${t}, '${unit[0]}') then dateadd('microsecond', try_to_number(${t}, 38, 6) * ${unit[1]}, '1970-01-01'::timestamp_ntz) end`;
	if (type === "timestamptz" && !format.includes("TZH")) return `(${moment})::timestamp_tz`;
	if (type !== "date") return moment;
	return `case when (${moment}) = date_trunc('day', ${moment}) then (${moment})::date end`;
}
