/** Python's `==`, deep on containers, and its truth value. */
import { compareDecimals, decimalOf } from "./decimal.ts";
import { HostObject, PyDecimal, PyDict, PyFloat, PyTuple, type Value } from "./values.ts";

/** What an `if` decides: empty containers, empty text, zero, None and Undefined are false. */
export function truthy(value: Value): boolean {
	switch (typeof value) {
		case "boolean":
			return value;
		case "string":
			return value !== "";
		case "number":
			return value !== 0;
		case "bigint":
			return value !== 0n;
		case "undefined":
			return false;
	}
	if (value === null) return false;
	if (Array.isArray(value)) return value.length > 0;
	if (value instanceof PyDict) return value.size > 0;
	if (value instanceof PyFloat) return value.n !== 0;
	if (value instanceof PyDecimal) return Number(value.text) !== 0;
	if (value.truth !== undefined) return value.truth();
	return value.length === undefined || value.length() > 0;
}

export const isNumber = (value: Value): value is number | boolean | bigint | PyFloat | PyDecimal =>
	typeof value === "number" ||
	typeof value === "boolean" ||
	typeof value === "bigint" ||
	value instanceof PyFloat ||
	value instanceof PyDecimal;

/** Order of two numbers of any kind; NaN where there is none. */
export function compareNumbers(a: number | boolean | bigint | PyFloat | PyDecimal, b: typeof a): number {
	if (a instanceof PyDecimal || b instanceof PyDecimal) return compareDecimals(decimalOf(a), decimalOf(b));
	const x = a instanceof PyFloat ? a.n : typeof a === "boolean" ? Number(a) : a;
	const y = b instanceof PyFloat ? b.n : typeof b === "boolean" ? Number(b) : b;
	return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
}

export function equals(a: Value, b: Value): boolean {
	if (a === b) return typeof a !== "number" || !Number.isNaN(a);
	if (a === null || b === null || a === undefined || b === undefined) return false;
	if (typeof a === "string" || typeof b === "string") {
		const other = typeof a === "string" ? b : a;
		const text = typeof a === "string" ? a : b;
		return other instanceof HostObject && other.equals !== undefined && other.equals(text);
	}
	if (isNumber(a)) {
		if (isNumber(b)) return compareNumbers(a, b) === 0;
		return b instanceof HostObject && b.equals !== undefined && b.equals(a);
	}
	if (a instanceof HostObject)
		return a.equals?.(b) ?? (b instanceof HostObject && b.equals !== undefined && b.equals(a));
	if (b instanceof HostObject) return b.equals?.(a) ?? false;
	if (Array.isArray(a)) return Array.isArray(b) && a instanceof PyTuple === b instanceof PyTuple && equalItems(a, b);
	return a instanceof PyDict && b instanceof PyDict && equalDicts(a, b);
}

function equalItems(a: readonly Value[], b: readonly Value[]): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (!equals(a[i], b[i])) return false;
	return true;
}

function equalDicts(a: PyDict, b: PyDict): boolean {
	if (a.size !== b.size) return false;
	for (const [key, value] of a.items()) if (!b.has(key) || !equals(value, b.get(key))) return false;
	return true;
}
