/** Python's numbers: text to int and float, rounding, and arithmetic that never silently loses an integer's digits. */
import { fail } from "../core/diagnostic.ts";
import { typeError, valueError } from "./builtin.ts";
import { decimalArithmetic, decimalOf } from "./decimal.ts";
import { isNumber } from "./equality.ts";
import { repr } from "./text.ts";
import { type BinaryOperator, floatValue, intValue, PyDecimal, PyFloat, typeName, type Value } from "./values.ts";

export type NumberValue = number | boolean | bigint | PyFloat | PyDecimal;

/** Python's int(text, base). Errors: 014. */
export function parseInteger(text: string, base = 10): number | bigint {
	const digits = text.trim().toLowerCase();
	const invalid = (): never => valueError(`invalid literal for int() with base ${base}: ${repr(text)}`);
	const m = /^([+-]?)(0[xob])?_?([0-9a-z]+(?:_[0-9a-z]+)*)$/.exec(digits);
	if (m === null) return invalid();
	const prefixBase = m[2] === undefined ? null : { "0x": 16, "0o": 8, "0b": 2 }[m[2] as "0x" | "0o" | "0b"];
	let radix = base;
	let body = m[3]!.replaceAll("_", "");
	if (prefixBase !== null && base === 0) radix = prefixBase;
	else if (prefixBase !== null && base !== prefixBase) body = m[2]!.replace("0", "0") + body;
	if (radix === 0) radix = 10;
	let value = 0n;
	if (body.length > 4300) valueError("Exceeds the limit (4300 digits) for integer string conversion");
	for (const c of body) {
		const digit = Number.parseInt(c, 36);
		if (!(digit < radix)) return invalid();
		value = value * BigInt(radix) + BigInt(digit);
	}
	return intValue(m[1] === "-" ? -value : value);
}

/** Python's float(text); NaN is a value, null means that the text is no number. */
export function parseFloatText(text: string): number | null {
	const trimmed = text.trim().toLowerCase();
	const special = /^([+-]?)(inf(?:inity)?|nan)$/.exec(trimmed);
	if (special !== null) return special[2] === "nan" ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
	if (!/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/.test(trimmed)) return null;
	return Number(trimmed.replaceAll("_", ""));
}

/** Python's int() of a number: truncation. Errors: 014 for NaN, 025 for infinity. */
export function truncate(value: NumberValue): number | bigint {
	if (typeof value === "bigint") return value;
	if (typeof value === "boolean") return Number(value);
	if (value instanceof PyDecimal) {
		const d = decimalOf(value);
		if (d.special !== undefined) return truncate(Number(d.special));
		return intValue(
			d.exponent >= 0 ? d.coefficient * 10n ** BigInt(d.exponent) : d.coefficient / 10n ** BigInt(-d.exponent),
		);
	}
	const n = value instanceof PyFloat ? value.n : value;
	if (Number.isNaN(n)) valueError("cannot convert float NaN to integer");
	if (!Number.isFinite(n)) fail("TFM-JINJA-025", { problem: "cannot convert float infinity to integer" });
	const whole = Math.trunc(n);
	return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}

/** The float of a number. Errors: 025 for an int that no float holds. */
export function toFloat(value: NumberValue): number {
	if (value instanceof PyFloat) return value.n;
	const n = value instanceof PyDecimal ? Number(value.text) : Number(value);
	if (typeof value === "bigint" && !Number.isFinite(n))
		fail("TFM-JINJA-025", { problem: "int too large to convert to float" });
	return n;
}

/** Python's round(): half to even on the exact binary value. `digits` may be negative. */
export function roundFloat(n: number, digits: number): number {
	if (!Number.isFinite(n) || digits > 323) return n;
	if (digits < -308) return 0 * n;
	if (digits < 0) {
		const unit = 10 ** -digits;
		const q = n / unit;
		const down = Math.floor(q);
		const rest = q - down;
		return (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) * unit;
	}
	return Number(fixedText(n, digits));
}

/** The float with a fixed number of decimals, rounded half to even on its exact value, as C's printf does. */
export function fixedText(n: number, digits: number): string {
	const exact = decimalOf(new PyFloat(Math.abs(n)));
	const negative = n < 0 || Object.is(n, -0);
	const shift = -exact.exponent - digits;
	const scaled =
		shift <= 0 ? exact.coefficient * 10n ** BigInt(-shift) : halfEven(exact.coefficient, 10n ** BigInt(shift));
	const text = scaled.toString().padStart(digits + 1, "0");
	const whole = text.slice(0, text.length - digits);
	return (negative ? "-" : "") + (digits === 0 ? whole : `${whole}.${text.slice(text.length - digits)}`);
}

function halfEven(n: bigint, d: bigint): bigint {
	const q = n / d;
	const twice = (n % d) * 2n;
	return twice > d || (twice === d && q % 2n === 1n) ? q + 1n : q;
}

const isInt = (v: NumberValue): v is number | boolean | bigint =>
	typeof v === "bigint" || typeof v === "boolean" || (typeof v === "number" && Number.isInteger(v));

const unsupported = (operator: string, a: Value, b: Value): never =>
	typeError(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);

const OPERATOR_NAMES: Readonly<Record<BinaryOperator, string>> = {
	"+": "+",
	"-": "-",
	"*": "*",
	"/": "/",
	"//": "//",
	"%": "%",
	"**": "** or pow()",
};

/** Arithmetic between two values of which at least one is no number gives error 012. */
export function arithmetic(operator: BinaryOperator, a: Value, b: Value): Value {
	if (!isNumber(a) || !isNumber(b)) return unsupported(OPERATOR_NAMES[operator], a, b);
	if (a instanceof PyDecimal || b instanceof PyDecimal) {
		if (!(a instanceof PyDecimal || isInt(a)) || !(b instanceof PyDecimal || isInt(b)))
			return unsupported(OPERATOR_NAMES[operator], a, b);
		return decimalArithmetic(operator, decimalOf(a), decimalOf(b));
	}
	if (isInt(a) && isInt(b)) return integerArithmetic(operator, a, b);
	return floatArithmetic(operator, toFloat(a), toFloat(b));
}

function integerArithmetic(
	operator: BinaryOperator,
	a: number | boolean | bigint,
	b: number | boolean | bigint,
): Value {
	if (typeof a !== "bigint" && typeof b !== "bigint") {
		const quick = smallIntegers(operator, Number(a), Number(b));
		if (quick !== null) return quick;
	}
	const x = BigInt(a);
	const y = BigInt(b);
	switch (operator) {
		case "+":
			return intValue(x + y);
		case "-":
			return intValue(x - y);
		case "*":
			return intValue(x * y);
		case "/":
			return floatArithmetic("/", toFloat(a), toFloat(b));
		case "**":
			return integerPower(x, y);
	}
	if (y === 0n) fail("TFM-JINJA-016", { problem: "integer division or modulo by zero" });
	const remainder = ((x % y) + y) % y;
	return intValue(operator === "%" ? remainder : (x - remainder) / y);
}

/** The result where it and the operands are safe integers; null sends the work to bigints. */
function smallIntegers(operator: BinaryOperator, x: number, y: number): number | null {
	let result: number;
	if (operator === "+") result = x + y;
	else if (operator === "-") result = x - y;
	else if (operator === "*") result = x * y;
	else if (operator === "//" && y !== 0) result = Math.floor(x / y);
	else if (operator === "%" && y !== 0) result = ((x % y) + y) % y;
	else return null;
	return Number.isSafeInteger(result) && Math.abs(x) < 2 ** 52 && Math.abs(y) < 2 ** 52 ? result + 0 : null;
}

const MOST_BITS = 200_000n;

function integerPower(x: bigint, y: bigint): Value {
	if (y < 0n) return floatArithmetic("**", Number(x), Number(y));
	const bits = BigInt(x.toString(2).length);
	if (x !== 0n && x !== 1n && x !== -1n && bits * y > MOST_BITS) fail("TFM-JINJA-021", { what: "a number" });
	return intValue(x ** y);
}

function floatArithmetic(operator: BinaryOperator, x: number, y: number): Value {
	switch (operator) {
		case "+":
			return floatValue(x + y);
		case "-":
			return floatValue(x - y);
		case "*":
			return floatValue(x * y);
		case "**":
			return floatPower(x, y);
	}
	if (y === 0) {
		const problem = { "/": "division by zero", "//": "float floor division by zero", "%": "float modulo" }[operator];
		fail("TFM-JINJA-016", { problem });
	}
	if (operator === "/") return floatValue(x / y);
	let remainder = x % y;
	if (remainder === 0) remainder = y < 0 ? -0 : 0;
	else if (remainder < 0 !== y < 0) remainder += y;
	return floatValue(operator === "%" ? remainder : Math.round((x - remainder) / y));
}

function floatPower(x: number, y: number): Value {
	if (x === 0 && y < 0) fail("TFM-JINJA-016", { problem: "0.0 cannot be raised to a negative power" });
	const result = x ** y;
	if (Number.isNaN(result) && !Number.isNaN(x) && !Number.isNaN(y))
		fail("TFM-JINJA-025", { problem: "a negative number cannot be raised to a fractional power" });
	if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
		fail("TFM-JINJA-025", { problem: "(34, 'Numerical result out of range')" });
	return floatValue(result);
}

/** Unary minus. */
export function negate(value: Value): Value {
	if (!isNumber(value)) return typeError(`bad operand type for unary -: '${typeName(value)}'`);
	if (value instanceof PyFloat) return floatValue(-value.n);
	if (value instanceof PyDecimal) return decimalArithmetic("-", decimalOf(0), decimalOf(value));
	if (typeof value === "bigint") return intValue(-value);
	return typeof value === "boolean" || Number.isInteger(value) ? 0 - Number(value) : -value;
}
