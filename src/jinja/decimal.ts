/**
 * Decimal arithmetic with the rules of Python's default context: 28 significant digits, half to even. A number from
 * the database keeps its text; only arithmetic makes a new one.
 */
import { fail } from "../core/diagnostic.ts";
import { PyDecimal, PyFloat } from "./values.ts";

/** `coefficient × 10^exponent`, or a special value where `special` is set. */
export interface Decimal {
	readonly coefficient: bigint;
	readonly exponent: number;
	readonly special?: "NaN" | "Infinity" | "-Infinity";
}

const PRECISION = 28;
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Null where the text is not a number. */
export function parseDecimal(text: string): Decimal | null {
	const trimmed = text.trim().replace(/_/g, "");
	const special = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(trimmed);
	if (special !== null)
		return {
			coefficient: 0n,
			exponent: 0,
			special: special[2] ? "NaN" : special[1] === "-" ? "-Infinity" : "Infinity",
		};
	const m = FORM.exec(trimmed);
	if (m === null || (m[2] === "" && (m[3] ?? "") === "")) return null;
	const fraction = m[3] ?? "";
	const digits = BigInt(`${m[2]}${fraction}`);
	return { coefficient: m[1] === "-" ? -digits : digits, exponent: Number(m[4] ?? 0) - fraction.length };
}

export function decimalOf(value: number | boolean | bigint | PyFloat | PyDecimal): Decimal {
	if (value instanceof PyDecimal) return parseDecimal(value.text) ?? { coefficient: 0n, exponent: 0, special: "NaN" };
	if (value instanceof PyFloat) return exactFloat(value.n);
	if (typeof value === "bigint") return { coefficient: value, exponent: 0 };
	if (typeof value === "boolean") return { coefficient: value ? 1n : 0n, exponent: 0 };
	return exactFloat(value);
}

/** The exact binary value of a float: scaled by two until integral, then by five. */
function exactFloat(n: number): Decimal {
	if (Number.isNaN(n)) return { coefficient: 0n, exponent: 0, special: "NaN" };
	if (!Number.isFinite(n)) return { coefficient: 0n, exponent: 0, special: n > 0 ? "Infinity" : "-Infinity" };
	let halvings = 0;
	while (!Number.isInteger(n)) {
		n *= 2;
		halvings++;
	}
	return { coefficient: BigInt(n) * 5n ** BigInt(halvings), exponent: -halvings };
}

/** NaN where either is not a number. */
export function compareDecimals(a: Decimal, b: Decimal): number {
	if (a.special !== undefined || b.special !== undefined) {
		const x = a.special === undefined ? 0 : Number(a.special);
		const y = b.special === undefined ? 0 : Number(b.special);
		return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
	}
	const [x, y] = align(a, b);
	return x < y ? -1 : x > y ? 1 : 0;
}

function align(a: Decimal, b: Decimal): [bigint, bigint, number] {
	const exponent = Math.min(a.exponent, b.exponent);
	if (Math.max(a.exponent, b.exponent) - exponent > 10_000) fail("TFM-JINJA-021", { what: "a decimal number" });
	return [
		a.coefficient * 10n ** BigInt(a.exponent - exponent),
		b.coefficient * 10n ** BigInt(b.exponent - exponent),
		exponent,
	];
}

const digitCount = (n: bigint): number => (n < 0n ? -n : n).toString().length;

/** Divides rounding half to even. */
export function divideHalfEven(n: bigint, d: bigint): bigint {
	const negative = n < 0n !== d < 0n;
	const a = n < 0n ? -n : n;
	const b = d < 0n ? -d : d;
	let q = a / b;
	const twice = (a % b) * 2n;
	if (twice > b || (twice === b && q % 2n === 1n)) q += 1n;
	return negative ? -q : q;
}

function toPrecision(d: Decimal): Decimal {
	const excess = digitCount(d.coefficient) - PRECISION;
	if (excess <= 0) return d;
	return toPrecision({
		coefficient: divideHalfEven(d.coefficient, 10n ** BigInt(excess)),
		exponent: d.exponent + excess,
	});
}

/** Python's str(Decimal): plain up to six leading zeros, scientific beyond. */
export function decimalText(d: Decimal): string {
	if (d.special !== undefined) return d.special;
	const sign = d.coefficient < 0n ? "-" : "";
	const digits = (d.coefficient < 0n ? -d.coefficient : d.coefficient).toString();
	const adjusted = d.exponent + digits.length - 1;
	if (d.exponent <= 0 && adjusted >= -6) {
		if (d.exponent === 0) return sign + digits;
		const padded = digits.padStart(1 - d.exponent, "0");
		return `${sign}${padded.slice(0, d.exponent)}.${padded.slice(d.exponent)}`;
	}
	const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
	return `${sign}${digits[0]}${rest}E${adjusted < 0 ? "" : "+"}${adjusted}`;
}

const made = (d: Decimal): PyDecimal => new PyDecimal(decimalText(toPrecision(d)));

/** One operation of Python's decimal module. Special values give NaN; division by zero is coded 016. */
export function decimalArithmetic(
	operator: "+" | "-" | "*" | "/" | "//" | "%" | "**",
	a: Decimal,
	b: Decimal,
): PyDecimal {
	if (a.special !== undefined || b.special !== undefined) return new PyDecimal("NaN");
	if (operator === "*") return made({ coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent });
	if (operator === "**") return power(a, b);
	if (operator === "+" || operator === "-") {
		const [x, y, exponent] = align(a, b);
		return made({ coefficient: operator === "+" ? x + y : x - y, exponent });
	}
	if (b.coefficient === 0n) fail("TFM-JINJA-016", { problem: `division by zero: decimal ${operator} 0` });
	if (operator === "/") return divide(a, b);
	const [x, y, exponent] = align(a, b);
	// Python's Decimal truncates towards zero here, unlike its ints.
	return operator === "//" ? made({ coefficient: x / y, exponent: 0 }) : made({ coefficient: x % y, exponent });
}

function divide(a: Decimal, b: Decimal): PyDecimal {
	const shift = Math.max(0, PRECISION + 1 + digitCount(b.coefficient) - digitCount(a.coefficient));
	const scaled = a.coefficient * 10n ** BigInt(shift);
	let coefficient = scaled / b.coefficient;
	let exponent = a.exponent - b.exponent - shift;
	const ideal = a.exponent - b.exponent;
	if (scaled % b.coefficient !== 0n) {
		// A sticky digit keeps the rounding right although the quotient was cut.
		return made({ coefficient: coefficient * 10n + (coefficient < 0n ? -1n : 1n), exponent: exponent - 1 });
	}
	while (exponent < ideal && coefficient % 10n === 0n) {
		coefficient /= 10n;
		exponent++;
	}
	return made({ coefficient, exponent });
}

function power(a: Decimal, b: Decimal): PyDecimal {
	const text = decimalText(b);
	const n = Number(text);
	if (!Number.isInteger(n) || Math.abs(n) > 9999) fail("TFM-JINJA-025", { problem: `a decimal raised to ${text}` });
	const raised: Decimal = { coefficient: a.coefficient ** BigInt(Math.abs(n)), exponent: a.exponent * Math.abs(n) };
	return n >= 0 ? made(raised) : divide({ coefficient: 1n, exponent: 0 }, raised);
}
