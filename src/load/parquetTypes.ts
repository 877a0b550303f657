/**
 * What the values of a Parquet column are, and how they are written. The library's own conversions make dates of
 * JavaScript, which end at milliseconds, and decimals of binary numbers; so it is asked for the values as they are
 * stored, and they are turned to text here without loss.
 */
import type { SchemaElement, SchemaTree } from "hyparquet";
import type { LandingType } from "./landingTypes.ts";

/** A stored value's text; never called with null. */
export type ParquetText = (value: never) => string;

export interface ParquetValue {
	readonly type: LandingType;
	/** Of a value that stands alone. */
	readonly text: ParquetText;
	/** Stored as the whole number that it is, of JavaScript's small ones or of its large ones. */
	readonly isWhole?: true;
	/** Whether the text is itself JSON inside of a list or a struct: numbers and booleans are. */
	readonly isJson: boolean;
}

const DAY_MS = 86_400_000;
const decoder = new TextDecoder("utf-8", { fatal: true });

const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);
const asText = (value: Uint8Array | string): string => (typeof value === "string" ? value : decoder.decode(value));
const plain = (value: number | bigint | boolean): string => String(value);

/** How many of the unit are a second. */
const PER_SECOND = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
type Unit = keyof typeof PER_SECOND;

/** `2026-01-31 10:00:00.123456`: microseconds are all that the database keeps, finer ones are cut off. */
function moment(value: bigint, unit: Unit): string {
	const per = PER_SECOND[unit];
	// Whole numbers of JavaScript reach far enough for milliseconds and microseconds, and are much faster.
	const isSmall = per < 1_000_000_000n && value < 9_007_199_254_740_991n && value > -9_007_199_254_740_991n;
	const second = isSmall ? Math.floor(Number(value) / Number(per)) : Number((value - positive(value, per)) / per);
	const rest = isSmall ? Number(value) - second * Number(per) : Number(positive(value, per));
	const whole = secondText(second);
	if (rest === 0 || whole === undefined) return whole ?? String(value);
	const digits = String(rest).padStart(unit === "MILLIS" ? 3 : unit === "MICROS" ? 6 : 9, "0");
	return `${whole}.${digits.slice(0, 6)}`;
}

/** The remainder that is not below zero. */
const positive = (value: bigint, per: bigint): bigint => ((value % per) + per) % per;

/** Undefined: beyond all dates. Years after 9999 have a sign and six digits, which no landing type takes. */
function secondText(second: number): string | undefined {
	const at = new Date(second * 1000);
	if (Number.isNaN(at.getTime())) return undefined;
	const iso = at.toISOString();
	const day = iso.slice(0, iso.indexOf("T"));
	return `${day} ${iso.slice(day.length + 1, day.length + 9)}`;
}

function clock(value: bigint, unit: Unit): string {
	return moment(value, unit).slice(11);
}

function decimal(unscaled: bigint, scale: number): string {
	const sign = unscaled < 0n ? "-" : "";
	const digits = String(unscaled < 0n ? -unscaled : unscaled);
	if (scale <= 0) return `${sign}${digits}${"0".repeat(-scale)}`;
	const padded = digits.padStart(scale + 1, "0");
	return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function signed(value: Uint8Array): bigint {
	if (value.length === 0) return 0n;
	const hex = bytes(value).toString("hex");
	return BigInt.asIntN(value.length * 8, BigInt(`0x${hex}`));
}

function half(value: Uint8Array): string {
	const bits = (value[1]! << 8) | value[0]!;
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31) return fraction === 0 ? (sign < 0 ? "-Infinity" : "Infinity") : "NaN";
	return String(sign * (exponent === 0 ? 2 ** -24 * fraction : 2 ** (exponent - 25) * (1024 + fraction)));
}

/** The shortest text that is this number of 32 bits again: 0.1 and not 0.10000000149011612. */
function single(value: number): string {
	for (let digits = 6; digits <= 9; digits++) {
		const text = String(Number(value.toPrecision(digits)));
		if (Math.fround(Number(text)) === value) return text;
	}
	return String(value);
}

const uuid = (value: Uint8Array): string =>
	bytes(value)
		.toString("hex")
		.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/** 4 bytes each of months, days, milliseconds, little end first, as ISO 8601 has durations. */
function interval(value: Uint8Array): string {
	const b = bytes(value);
	return `P${b.readUInt32LE(0)}M${b.readUInt32LE(4)}DT${b.readUInt32LE(8) / 1000}S`;
}

const made = (type: LandingType, text: (value: never) => string, isJson = false): ParquetValue => ({
	type,
	text,
	isJson,
});

/** Of a leaf of the schema. */
export function parquetValue(element: SchemaElement): ParquetValue {
	const { type, converted_type: converted, logical_type: logical } = element;
	if (logical?.type === "DECIMAL" || converted === "DECIMAL") {
		const scale = element.scale ?? (logical?.type === "DECIMAL" ? logical.scale : 0);
		const unscaled = (value: number | bigint | Uint8Array) =>
			typeof value === "object" ? signed(value) : BigInt(value);
		return made("numeric", (value: number | bigint | Uint8Array) => decimal(unscaled(value), scale), true);
	}
	if (logical?.type === "TIMESTAMP") {
		const { unit, isAdjustedToUTC } = logical;
		if (!isAdjustedToUTC) return made("timestamp", (value: bigint) => moment(value, unit));
		return made("timestamptz", (value: bigint) => `${moment(value, unit)}+00:00`);
	}
	if (converted === "TIMESTAMP_MILLIS" || converted === "TIMESTAMP_MICROS") {
		const unit = converted === "TIMESTAMP_MILLIS" ? "MILLIS" : "MICROS";
		return made("timestamptz", (value: bigint) => `${moment(value, unit)}+00:00`);
	}
	if (logical?.type === "TIME" || converted === "TIME_MILLIS" || converted === "TIME_MICROS") {
		const unit = logical?.type === "TIME" ? logical.unit : converted === "TIME_MILLIS" ? "MILLIS" : "MICROS";
		return made("time", (value: number | bigint) => clock(BigInt(value), unit));
	}
	if (logical?.type === "DATE" || converted === "DATE")
		return made("date", (value: number) => new Date(value * DAY_MS).toISOString().replace(/T.*/, ""));
	if (logical?.type === "UUID") return made("uuid", uuid);
	if (logical?.type === "FLOAT16") return made("real", half, true);
	if (logical?.type === "JSON" || converted === "JSON") return made("json", asText, true);
	if (converted === "INTERVAL") return made("text", interval);
	const isText = logical?.type === "STRING" || logical?.type === "ENUM" || converted === "UTF8" || converted === "ENUM";
	if (isText) return made("text", asText);
	return whole(element) ?? physical(type);
}

function whole({ type, converted_type: converted, logical_type: logical }: SchemaElement): ParquetValue | undefined {
	const unsigned = logical?.type === "INTEGER" ? !logical.isSigned : converted?.startsWith("UINT_") === true;
	if (type === "INT32") {
		const isWide = logical?.type === "INTEGER" ? logical.bitWidth === 32 : converted === "UINT_32";
		if (unsigned && isWide) return made("bigint", (value: number) => String(value >>> 0), true);
		return { ...made("integer", plain, true), isWhole: true };
	}
	if (type !== "INT64") return undefined;
	return unsigned
		? made("numeric", (value: bigint) => String(BigInt.asUintN(64, value)), true)
		: { ...made("bigint", plain, true), isWhole: true };
}

function physical(type: SchemaElement["type"]): ParquetValue {
	if (type === "BOOLEAN") return made("boolean", plain, true);
	if (type === "FLOAT") return made("real", single, true);
	if (type === "DOUBLE") return made("double", plain, true);
	// 96 bits of Julian day and nanoseconds, which the library makes into nanoseconds since 1970.
	if (type === "INT96") return made("timestamp", (value: bigint) => moment(value, "NANOS"));
	return made("bytea", (value: Uint8Array) => `\\x${bytes(value).toString("hex")}`);
}

/** A column's type and text: a leaf, or a list, map or struct as JSON. */
export function parquetColumn(tree: SchemaTree): ParquetValue {
	if (tree.children.length === 0 && tree.element.repetition_type !== "REPEATED") return parquetValue(tree.element);
	const json = jsonOf(tree);
	return made("json", (value: unknown) => json(value));
}

/** The JSON of what the library assembles: arrays for lists, objects for maps and structs, stored values for leaves. */
function jsonOf(tree: SchemaTree): (value: unknown) => string {
	const list = listItem(tree);
	if (list !== undefined) {
		const item = jsonOf(list);
		return orNull((value) => `[${[...(value as Iterable<unknown>)].map(item).join(",")}]`);
	}
	const entry = tree.element.converted_type === "MAP" ? tree.children[0]?.children : undefined;
	if (entry?.length === 2) {
		const item = jsonOf(entry[1]!);
		return orNull((value) => objectText(value as object, () => item));
	}
	if (tree.children.length > 0) {
		const items = new Map(tree.children.map((child) => [child.element.name, jsonOf(child)] as const));
		return orNull((value) => objectText(value as object, (key) => items.get(key) ?? JSON.stringify));
	}
	const { text, isJson } = parquetValue(tree.element);
	return orNull((value) => {
		const found = text(value as never);
		// JSON has no infinities and no NaN.
		return isJson && !/^-?(?:Infinity|NaN)$/.test(found) ? found : JSON.stringify(found);
	});
}

/** The schema of a list's items: under one level of repetition, or two, as files have it. */
function listItem(tree: SchemaTree): SchemaTree | undefined {
	const [child] = tree.children;
	if (tree.element.converted_type === "LIST" && child !== undefined)
		return child.children.length === 1 ? child.children[0] : child;
	if (tree.element.repetition_type !== "REPEATED") return undefined;
	return { ...tree, element: { ...tree.element, repetition_type: "REQUIRED" } };
}

const orNull =
	(text: (value: unknown) => string) =>
	(value: unknown): string =>
		value === null || value === undefined ? "null" : text(value);

function objectText(value: object, itemOf: (key: string) => (value: unknown) => string): string {
	const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${itemOf(key)(item)}`);
	return `{${members.join(",")}}`;
}
