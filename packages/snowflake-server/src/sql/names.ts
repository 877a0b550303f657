import { unsupported } from "../snowflakeError.ts";

/** A name as Snowflake stores it: bare names in capitals, quoted ones as they are. */
export type Name = string;

export const nameOf = (written: string, quoted: boolean): Name => (quoted ? written : written.toUpperCase());

const MARK = "·";
const LOWER = /[a-z]/;

/**
 * DuckDB takes `id` and `ID` for one name, quoted or not. A name with small letters therefore carries a mark that says
 * which of its letters are small; a name in capitals stays.
 */
export function duckName(name: Name): string {
	if (name.includes(MARK)) throw unsupported(`the character ${MARK} in a name`);
	if (!LOWER.test(name)) return name;
	let small = 0n;
	[...name].forEach((char, i) => {
		if (LOWER.test(char)) small |= 1n << BigInt(i);
	});
	return `${name}${MARK}${small.toString(36)}`;
}

export const snowflakeName = (duck: string): Name => {
	const mark = duck.indexOf(MARK);
	return mark < 0 ? duck : duck.slice(0, mark);
};

/** A text of DuckDB with the marks of all names in it taken off. */
export const withoutMarks = (text: string): string => text.replace(/·[0-9a-z]+/g, "");

export const quoted = (name: Name): string => `"${duckName(name).replaceAll('"', '""')}"`;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** As Snowflake prints a name: quotes where a bare name would mean another one. */
export const printed = (name: Name): string =>
	/^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
