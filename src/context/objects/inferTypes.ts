/** agate's type tester: the type of a column by its cells, and cells as that type reads them. */
import { PyDecimal, toText, type Value } from "../../jinja/jinja.ts";
import { PyDate, PyDateTime } from "../modules/dates.ts";
import { dateFromIso } from "../modules/datetime.ts";
import { TypeObject } from "./tableContent.ts";

/** Texts that agate takes for nothing. */
const NULLS: ReadonlySet<string> = new Set(["", "na", "n/a", "none", "null", "."]);
const TRUE: ReadonlySet<string> = new Set(["1", "yes", "y", "true", "t"]);
const FALSE: ReadonlySet<string> = new Set(["0", "no", "n", "false", "f"]);

export const isNullText = (text: string): boolean => NULLS.has(text.trim().toLowerCase());

/** A value as a type of agate reads it; undefined where it does not. */
type Cast = (value: Value) => Value;

function castBoolean(value: Value): Value {
	if (typeof value === "boolean") return value;
	const number = value instanceof PyDecimal ? Number(value.text) : value;
	if (number === 1 || number === 0) return number === 1;
	if (typeof value !== "string") return undefined;
	const text = value.replaceAll(",", "").trim().toLowerCase();
	if (NULLS.has(text)) return null;
	return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

function castNumber(value: Value): Value {
	if (value instanceof PyDecimal) return value;
	if (typeof value === "boolean") return new PyDecimal(value ? "1" : "0");
	if (typeof value === "number" || typeof value === "bigint") return new PyDecimal(String(value));
	if (typeof value !== "string") return undefined;
	if (isNullText(value)) return null;
	const bare = value
		.trim()
		.replaceAll(/^%+|%+$/g, "")
		.replaceAll(",", "");
	return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(bare) ? new PyDecimal(bare) : undefined;
}

function castDate(value: Value): Value {
	if (value instanceof PyDate && !(value instanceof PyDateTime)) return value;
	if (typeof value !== "string") return undefined;
	if (isNullText(value)) return null;
	return /^\d{4}-\d\d-\d\d$/.test(value.trim()) ? dateFromIso(value.trim()) : undefined;
}

const CASTS: ReadonlyMap<string, Cast> = new Map<string, Cast>([
	["Boolean", castBoolean],
	["Number", castNumber],
	["Date", castDate],
	["DateTime", (value) => (value instanceof PyDateTime ? value : undefined)],
	["Text", (value) => (typeof value === "string" && isNullText(value) ? null : toText(value))],
]);

const cast = (type: string, value: Value): Value => (value === null ? null : CASTS.get(type)?.(value));

/** agate's own order of preference; what fits nothing else is text. */
export function inferType(cells: readonly Value[]): TypeObject {
	const fits = [...CASTS.keys()].find((type) => cells.every((cell) => cast(type, cell) !== undefined));
	return new TypeObject(fits ?? "Text");
}

/** The cell as a column of that type holds it. */
export const castCell = (type: TypeObject, cell: Value): Value => {
	const read = CASTS.has(type.typeName) ? cast(type.typeName, cell) : cell;
	return read === undefined ? cell : read;
};
