/** Python's format specification: `{:>10}`, `{:,.2f}`, `{:05d}`, as str.format and format() apply it. */
import { fail } from "../core/diagnostic.ts";
import { checkCharacters, valueError } from "./builtin.ts";
import { decimalOf, divideHalfEven } from "./decimal.ts";
import { isNumber } from "./equality.ts";
import { characterCount, characters } from "./iteration.ts";
import { fixedText, type NumberValue, toFloat } from "./numbers.ts";
import { floatText, toText } from "./text.ts";
import { HostObject, PyDecimal, typeName, type Value } from "./values.ts";

interface Spec {
	readonly fill: string;
	readonly align: "<" | ">" | "^" | "=" | "";
	readonly sign: "+" | "-" | " ";
	readonly alternate: boolean;
	readonly width: number;
	readonly grouping: "," | "_" | "";
	readonly precision: number | null;
	readonly type: string;
}

const FORM = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

function readSpec(text: string): Spec {
	const m = FORM.exec(text);
	if (m === null) return valueError(`Invalid format specifier '${text}'`);
	const zero = m[5] !== undefined;
	return {
		fill: m[1] ?? (zero ? "0" : " "),
		align: (m[2] ?? (zero ? "=" : "")) as Spec["align"],
		sign: (m[3] ?? "-") as Spec["sign"],
		alternate: m[4] !== undefined,
		width: checkCharacters(Number(m[6] ?? 0)),
		grouping: (m[7] ?? "") as Spec["grouping"],
		precision: m[8] === undefined ? null : checkPrecision(Number(m[8])),
		type: m[9] ?? "",
	};
}

function checkPrecision(n: number): number {
	if (n > 10_000) fail("TFM-JINJA-021", { what: "the precision of a number", limit: 10_000 });
	return n;
}

/** The value formatted. Errors: 014 for a bad specification, 012 where the type takes none. */
export function formatValue(value: Value, text: string): string {
	if (value instanceof HostObject && value.format !== undefined) return value.format(text);
	if (text === "") return toText(value);
	if (typeof value === "string") return formatText(value, text);
	if (isNumber(value)) return formatNumber(value, readSpec(text));
	return fail("TFM-JINJA-012", { problem: `unsupported format string passed to ${typeName(value)}.__format__` });
}

function formatText(value: string, text: string): string {
	const spec = readSpec(text);
	if (spec.type !== "" && spec.type !== "s") unknownType(spec.type, value);
	if (spec.align === "=" && /^[\s\S]?=|^0/.test(text) && !/^0/.test(text))
		valueError("'=' alignment not allowed in string format specifier");
	const cut = spec.precision === null ? value : characters(value).slice(0, spec.precision).join("");
	return pad(cut, "", spec.align === "" || spec.align === "=" ? "<" : spec.align, spec);
}

const unknownType = (type: string, value: Value): never =>
	valueError(`Unknown format code '${type}' for object of type '${typeName(value)}'`);

function pad(body: string, sign: string, align: Spec["align"], spec: Spec): string {
	const missing = spec.width - characterCount(body) - sign.length;
	if (missing <= 0) return sign + body;
	if (align === "=") return sign + spec.fill.repeat(missing) + body;
	if (align === "<") return sign + body + spec.fill.repeat(missing);
	const left = align === "^" ? Math.floor(missing / 2) : missing;
	return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left);
}

function formatNumber(value: NumberValue, spec: Spec): string {
	const isInteger =
		typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value));
	if (isInteger && "dbcoxXn".includes(spec.type)) return formatInteger(BigInt(value as bigint), spec);
	if ("bcdoxX".includes(spec.type) && spec.type !== "") unknownType(spec.type, value);
	if (!"eEfFgGn%".includes(spec.type)) unknownType(spec.type, value);
	const [negative, digits] = numberDigits(value, spec);
	return finish(digits, negative, spec);
}

function finish(digits: string, negative: boolean, spec: Spec, prefix = "", groupSize = 3): string {
	const sign = (negative ? "-" : spec.sign === "-" ? "" : spec.sign) + prefix;
	let body = digits;
	if (spec.grouping !== "") {
		const [, whole, rest] = /^(\d*|[0-9a-f]*)([\s\S]*)$/i.exec(digits)!;
		let padded = whole!;
		if (spec.fill === "0" && spec.align === "=") {
			const room = spec.width - sign.length - rest!.length;
			while (grouped(padded, spec.grouping, groupSize).length < room) padded = `0${padded}`;
		}
		body = grouped(padded, spec.grouping, groupSize) + rest;
	}
	return pad(body, sign, spec.align === "" ? ">" : spec.align, spec);
}

const grouped = (digits: string, separator: string, size: number): string =>
	digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${size}})+$)`, "g"), separator);

function formatInteger(value: bigint, spec: Spec): string {
	if (spec.precision !== null) valueError("Precision not allowed in integer format specifier");
	const magnitude = value < 0n ? -value : value;
	if (spec.type === "c")
		return pad(String.fromCodePoint(Number(value)), "", spec.align === "" ? "<" : spec.align, spec);
	const radix = { b: 2, o: 8, x: 16, X: 16 }[spec.type] ?? 10;
	const digits = magnitude.toString(radix);
	const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : "";
	return finish(spec.type === "X" ? digits.toUpperCase() : digits, value < 0n, spec, prefix, radix === 10 ? 3 : 4);
}

/** Sign and digits of a float or Decimal in the wanted style. */
function numberDigits(value: NumberValue, spec: Spec): [boolean, string] {
	if (value instanceof PyDecimal && "fF%".includes(spec.type)) return decimalDigits(value, spec);
	const n = toFloat(value);
	const negative = n < 0 || Object.is(n, -0);
	const scaled = spec.type === "%" ? n * 100 : n;
	return [negative, floatDigits(Math.abs(scaled), spec)];
}

function decimalDigits(value: PyDecimal, spec: Spec): [boolean, string] {
	const d = decimalOf(value);
	if (d.special !== undefined) return [d.special.startsWith("-"), d.special.replace("-", "")];
	if (spec.type === "" && spec.precision === null) return [d.coefficient < 0n, value.text.replace(/^-/, "")];
	const exponent = spec.type === "%" ? d.exponent + 2 : d.exponent;
	const precision = spec.precision ?? (spec.type === "" ? 6 : Math.max(0, -exponent));
	const shift = -exponent - precision;
	const magnitude = d.coefficient < 0n ? -d.coefficient : d.coefficient;
	const scaled = shift <= 0 ? magnitude * 10n ** BigInt(-shift) : divideHalfEven(magnitude, 10n ** BigInt(shift));
	const text = scaled.toString().padStart(precision + 1, "0");
	const body = precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`;
	return [d.coefficient < 0n, spec.type === "%" ? `${body}%` : body];
}

function floatDigits(n: number, spec: Spec): string {
	const upper = spec.type === "E" || spec.type === "F" || spec.type === "G";
	if (!Number.isFinite(n)) {
		const text = Number.isNaN(n) ? "nan" : "inf";
		return (upper ? text.toUpperCase() : text) + (spec.type === "%" ? "%" : "");
	}
	switch (spec.type) {
		case "f":
		case "F":
			return fixedText(n, spec.precision ?? 6);
		case "%":
			return `${fixedText(n, spec.precision ?? 6)}%`;
		case "e":
		case "E":
			return exponential(n, spec.precision ?? 6, upper);
		case "":
			return spec.precision === null ? floatText(n) : general(n, spec.precision, spec.alternate, false, true);
	}
	return general(n, spec.precision ?? 6, spec.alternate, upper, false);
}

/** C's %e: two exponent digits at least. */
export function exponential(n: number, precision: number, upper: boolean): string {
	const text = n.toExponential(Math.min(precision, 100)).replace(/e([+-])(\d)$/, "e$10$2");
	return upper ? text.toUpperCase() : text;
}

/** C's %g: `precision` significant digits, trailing zeros dropped; `keepsPoint` is Python's '' style. */
export function general(n: number, precision: number, alternate: boolean, upper: boolean, keepsPoint: boolean): string {
	const significant = Math.min(precision === 0 ? 1 : precision, 100);
	const exponent = n === 0 ? 0 : Number(/e([+-]\d+)$/.exec(n.toExponential(significant - 1))![1]);
	const drop = (text: string): string => (alternate || !text.includes(".") ? text : text.replace(/\.?0+$/, ""));
	if (exponent >= -4 && exponent < (keepsPoint ? significant - 1 : significant)) {
		const fixed = drop(fixedText(n, Math.max(0, significant - 1 - exponent)));
		return keepsPoint && !fixed.includes(".") ? `${fixed}.0` : fixed;
	}
	const [mantissa, tail] = exponential(n, significant - 1, false).split("e");
	const text = `${drop(mantissa!)}e${tail}`;
	return upper ? text.toUpperCase() : text;
}
