/**
 * The type of each column of a seed, inferred as dbt v1 does with agate: the first of integer, number, date, datetime,
 * boolean, text that fits every value. Empty and `null` (any case) are null. A column of nulls alone takes the first.
 */

export type SeedType = "integer" | "number" | "date" | "timestamp" | "boolean" | "text";

export interface InferredColumn {
	readonly type: SeedType;
	/** The type in `create table`, as dbt writes it for Postgres. */
	readonly ddl: string;
	/** Values as text that this type reads. */
	readonly values: readonly (string | null)[];
}

export const isNullWord = (value: string): boolean => value === "" || value.toLowerCase() === "null";

type Cast = (value: string) => string | undefined;

const integer: Cast = (v) =>
	/^\s*[+-]?\d+(_\d+)*\s*$/.test(v) ? BigInt(v.trim().replaceAll("_", "").replace(/^\+/, "")).toString() : undefined;

/** agate.Number: a percent sign, currency signs and thousands separators are not part of the number. */
const number: Cast = (v) => {
	let text = v.trim().replace(/^%+|%+$/g, "");
	const sign = text.startsWith("-") ? "-" : "";
	if (sign) text = text.slice(1);
	text = text.replaceAll(",", "").replace(/^[$£€¥₹₽¢]+|[$£€¥₹₽¢]+$/gu, "");
	return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? sign + text : undefined;
};

const date: Cast = (v) => {
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(v.trim());
	return m && isDay(+m[1]!, +m[2]!, +m[3]!) ? `${m[1]}-${m[2]!.padStart(2, "0")}-${m[3]!.padStart(2, "0")}` : undefined;
};

const timestamp: Cast = (v) => {
	const m = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
		v.trim(),
	);
	if (!m || !isDay(+m[1]!, +m[2]!, +m[3]!) || +m[4]! > 23 || +m[5]! > 59 || +(m[6] ?? 0) > 59) return undefined;
	return v.trim();
};

const boolean: Cast = (v) => {
	const word = v.trim().toLowerCase();
	return word === "true" || word === "false" ? word : undefined;
};

function isDay(year: number, month: number, day: number): boolean {
	const d = new Date(Date.UTC(year, month - 1, day));
	return d.getUTCFullYear() === year && d.getUTCMonth() === month - 1 && d.getUTCDate() === day;
}

const CASTS: readonly (readonly [SeedType, Cast])[] = [
	["integer", integer],
	["number", number],
	["date", date],
	["timestamp", timestamp],
	["boolean", boolean],
];

export function inferColumn(raw: readonly string[]): InferredColumn {
	const nulled = raw.map((v) => (isNullWord(v.trim()) ? null : v));
	for (const [type, cast] of CASTS) {
		const values: (string | null)[] = [];
		const fits = nulled.every((v) => {
			const text = v === null ? null : cast(v);
			if (text === undefined) return false;
			values.push(text);
			return true;
		});
		if (fits) return { type, ddl: ddlOf(type, values), values };
	}
	return { type: "text", ddl: "text", values: nulled };
}

function ddlOf(type: SeedType, values: readonly (string | null)[]): string {
	switch (type) {
		case "integer":
			// dbt writes integer and fails on larger values; a larger type is the only difference that helps.
			return values.some((v) => v !== null && (BigInt(v) > 2147483647n || BigInt(v) < -2147483648n))
				? "bigint"
				: "integer";
		case "number":
			return values.every((v) => v === null || /^[+-]?\d+$/.test(v)) ? "integer" : "float8";
		case "date":
			return "date";
		case "timestamp":
			return "timestamp without time zone";
		case "boolean":
			return "boolean";
		case "text":
			return "text";
	}
}
