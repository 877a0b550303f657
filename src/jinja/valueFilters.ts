/** Jinja's filters on numbers and single values, and dbt's as_text, as_bool, as_number, as_native. */
import { fail, TfmError } from "../core/diagnostic.ts";
import { asFloat, asInt, type Builtin, builtin, may, needs, typeError, valueError } from "./builtin.ts";
import { isNumber, truthy } from "./equality.ts";
import { lengthOf } from "./iteration.ts";
import { itemOf, ownAttribute } from "./lookup.ts";
import { markNative } from "./native.ts";
import { fixedText, negate, parseFloatText, parseInteger, roundFloat, toFloat, truncate } from "./numbers.ts";
import { toJson } from "./plain.ts";
import { prettyText } from "./prettyText.ts";
import type { RenderState } from "./renderState.ts";
import { repr, toText } from "./text.ts";
import { undefinedUsed } from "./trace.ts";
import { floatValue, PyDecimal, PyFloat, typeName, type Value } from "./values.ts";

function toInteger(value: Value, otherwise: Value, base: number): Value {
	if (value === undefined) throw undefinedUsed(0);
	if (typeof value === "string") {
		const exact = attempt(() => parseInteger(value, base));
		if (exact !== null) return exact;
		const n = parseFloatText(value);
		return n === null || !Number.isFinite(n) ? otherwise : truncate(floatValue(n) as number);
	}
	if (!isNumber(value)) return otherwise;
	return attempt(() => truncate(value)) ?? otherwise;
}

/** One item of a sequence, drawn anew by each render; of an empty one Undefined, as in Jinja2. */
function randomItem(value: Value, state: RenderState): Value {
	const count = lengthOf(value);
	return count === 0 ? undefined : itemOf(value, Math.floor(state.draw() * count), state);
}

/** Null where a conversion says that the value is not one; everything else that is thrown passes. */
function attempt<T>(convert: () => T): T | null {
	try {
		return convert();
	} catch (error) {
		if (error instanceof TfmError && error.diagnostics.every((d) => d.code === "TFM-JINJA-014")) return null;
		throw error;
	}
}

function toFloatValue(value: Value, otherwise: Value): Value {
	if (value === undefined) throw undefinedUsed(0);
	if (typeof value === "string") {
		const n = parseFloatText(value);
		return n === null ? otherwise : floatValue(n);
	}
	return isNumber(value) ? floatValue(toFloat(value)) : otherwise;
}

function rounded(value: Value, precision: number, method: Value): Value {
	if (method !== "common" && method !== "ceil" && method !== "floor")
		return fail("TFM-JINJA-018", { problem: "method must be common, ceil or floor" });
	if (!isNumber(value)) return typeError(`type ${typeName(value)} doesn't define __round__ method`);
	if (method === "common") return roundedCommon(value, precision);
	const scaled = toFloat(value) * 10 ** precision;
	return floatValue((method === "ceil" ? Math.ceil(scaled) : Math.floor(scaled)) / 10 ** precision);
}

function roundedCommon(value: number | boolean | bigint | PyFloat | PyDecimal, precision: number): Value {
	if (value instanceof PyDecimal) return new PyDecimal(fixedDecimal(value, precision));
	if (typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value)))
		return precision >= 0 ? truncate(value) : truncate(roundFloat(Number(value), precision) as number);
	return floatValue(roundFloat(toFloat(value), precision));
}

const fixedDecimal = (value: PyDecimal, precision: number): string =>
	precision < 0 ? toText(roundFloat(Number(value.text), precision)) : fixedText(Number(value.text), precision);

function absolute(value: Value): Value {
	if (!isNumber(value)) return typeError(`bad operand type for abs(): '${typeName(value)}'`);
	const isNegative = toFloat(value) < 0 || (value instanceof PyFloat && Object.is(value.n, -0));
	return isNegative ? negate(value) : typeof value === "boolean" ? Number(value) : value;
}

const UNITS = ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

const floatOfText = (text: string): number =>
	parseFloatText(text) ?? valueError(`could not convert string to float: ${repr(text)}`);

function fileSize(value: Value, binary: Value): string {
	const bytes = typeof value === "string" ? floatOfText(value) : asFloat(value);
	const base = truthy(binary) ? 1024 : 1000;
	if (bytes === 1) return "1 Byte";
	if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
	let i = 0;
	while (i < UNITS.length - 1 && bytes >= base ** (i + 2)) i++;
	const unit = truthy(binary) ? `${UNITS[i]!.charAt(0).toUpperCase()}iB` : UNITS[i]!;
	return `${fixedText(bytes / base ** (i + 1), 1)} ${unit}`;
}

/** `default`: for Undefined, or with `boolean` for everything false. */
const otherwise = builtin<Value>(
	"default",
	[may("default_value", ""), may("boolean", false)],
	(value, [fallback, boolean]) => (value === undefined || (truthy(boolean) && !truthy(value)) ? fallback : value),
);

export const valueFilters: readonly (readonly [string, Builtin<Value>])[] = [
	["default", otherwise],
	["d", otherwise],
	[
		"int",
		builtin<Value>("int", [may("default", 0), may("base", 10)], (value, [fallback, base]) =>
			toInteger(value, fallback, asInt(base)),
		),
	],
	[
		"float",
		builtin<Value>("float", [may("default", new PyFloat(0))], (value, [fallback]) => toFloatValue(value, fallback)),
	],
	[
		"round",
		builtin<Value>("round", [may("precision", 0), may("method", "common")], (value, [precision, method]) =>
			rounded(value, asInt(precision), method),
		),
	],
	["abs", builtin<Value>("abs", [], absolute)],
	[
		"filesizeformat",
		builtin<Value>("filesizeformat", [may("binary", false)], (value, [binary]) => fileSize(value, binary)),
	],
	["attr", builtin<Value>("attr", [needs("name")], (value, [name], state) => ownAttribute(value, toText(name), state))],
	[
		"tojson",
		builtin<Value>("tojson", [may("indent")], (value, [indent]) =>
			toJson(value, { sortKeys: true, htmlSafe: true, indent: indent === null ? null : asInt(indent) }),
		),
	],
	["pprint", builtin<Value>("pprint", [], prettyText)],
	["random", builtin<Value>("random", [], (value, _given, state) => randomItem(value, state))],
	["as_text", builtin<Value>("as_text", [], (value, _given, state) => markNative("text", value, state))],
	["as_bool", builtin<Value>("as_bool", [], (value, _given, state) => markNative("bool", value, state))],
	["as_number", builtin<Value>("as_number", [], (value, _given, state) => markNative("number", value, state))],
	["as_native", builtin<Value>("as_native", [], (value, _given, state) => markNative("native", value, state))],
];
