/** Names of types: as written in SQL → one name for each, in the words of Postgres; those of others stay as they are. */
import { type Ast, field, isRecord, list, textOf, variant } from "./ast.ts";

const NAMES: Readonly<Record<string, string>> = {
	int: "integer",
	int4: "integer",
	integer: "integer",
	int2: "smallint",
	smallint: "smallint",
	int8: "bigint",
	bigint: "bigint",
	decimal: "numeric",
	dec: "numeric",
	numeric: "numeric",
	float8: "double precision",
	double: "double precision",
	doubleprecision: "double precision",
	float4: "real",
	real: "real",
	bool: "boolean",
	boolean: "boolean",
	text: "text",
	string: "text",
	varchar: "character varying",
	charactervarying: "character varying",
	nvarchar: "character varying",
	char: "character",
	character: "character",
	timestamptz: "timestamp with time zone",
	jsonb: "jsonb",
	json: "json",
	date: "date",
	uuid: "uuid",
	bytea: "bytea",
	interval: "interval",
};

/** The type of a cast, `numeric(10,2)`; undefined where the tree shows none. */
export function typeName(ast: Ast): string | undefined {
	const [tag, body] = variant(ast) ?? [];
	if (tag === undefined) return undefined;
	if (tag === "Custom") {
		const [name, modifiers] = list(body);
		const written = list(name)
			.map((part) => textOf(field(field(part, "Identifier"), "value")) ?? "")
			.join(".")
			.toLowerCase();
		const inner = list(modifiers).map(String).join(",");
		return `${NAMES[written] ?? written}${inner === "" ? "" : `(${inner})`}`;
	}
	if (tag === "Array") {
		const inner = Object.values(isRecord(body) ? body : {})[0];
		const element = typeName(Array.isArray(inner) ? inner[0] : inner);
		return element === undefined ? "array" : `${element}[]`;
	}
	if (tag === "Timestamp" || tag === "Time") {
		const [, zone] = list(body);
		const base = tag.toLowerCase();
		if (zone === "Tz") return base === "timestamp" ? "timestamp with time zone" : "time with time zone";
		if (zone === "WithTimeZone") return `${base} with time zone`;
		return `${base} without time zone`;
	}
	const name = NAMES[tag.toLowerCase()] ?? tag.toLowerCase();
	return name + precision(body);
}

/** `(10,2)` and `(20)`, where they are given. */
function precision(body: Ast): string {
	const [tag, inner] = variant(body) ?? [];
	if (tag === "PrecisionAndScale") return `(${list(inner).map(String).join(",")})`;
	if (tag === "Precision") return `(${String(inner)})`;
	if (tag === "IntegerLength") {
		const length = field(inner, "length");
		return length === undefined ? "" : `(${String(length)})`;
	}
	return "";
}

/** A type as a person writes it: `VARCHAR (20)` is `character varying(20)`, `timestamptz` has its long name. */
export function writtenType(text: string): string {
	const [, base = "", modifiers = "", zone = "", array = ""] =
		/^([^([]+?)\s*(\([^)]*\))?(\s+with(?:out)? time zone)?\s*((?:\[\d*\])*)$/.exec(text.trim().toLowerCase()) ?? [];
	if (base === "") return text.trim().toLowerCase();
	const plain = base.replace(/\s+/g, " ");
	const name = NAMES[plain.replaceAll(" ", "")] ?? plain;
	const zoned = /^time(stamp)?$/.test(name) ? `${name}${zone === "" ? " without time zone" : zone}` : `${name}${zone}`;
	return `${zoned}${modifiers.replaceAll(" ", "")}${array === "" ? "" : "[]"}`;
}

/** Without precision: `numeric(10,2)` is `numeric`. */
export const baseType = (type: string | undefined): string | undefined => type?.replace(/\(.*\)(?=(\[\])?$)/, "");

const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];

export const isNumber = (type: string | undefined): boolean => NUMBERS.includes(baseType(type) ?? "");

const TEXTS = new Set(["text", "character varying", "character"]);
export const isText = (type: string | undefined): boolean => TEXTS.has(baseType(type) ?? "");

/** The type that holds all of these, where one is certain. Unknown ones (nulls, untyped) have no say. */
export function commonType(types: readonly (string | undefined)[]): string | undefined {
	const known = [...new Set(types.filter((type) => type !== undefined))];
	const [first] = known;
	if (known.length < 2) return first;
	const bases = [...new Set(known.map(baseType))];
	if (bases.length === 1) return bases[0];
	if (known.every(isNumber)) return NUMBERS[Math.max(...bases.map((base) => NUMBERS.indexOf(base!)))];
	if (known.every(isText)) return "text";
	return undefined;
}
