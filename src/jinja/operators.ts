/** The operators between values of any kind: `+ - * / // % **`, order, `in`. */
import { asInt, checkCharacters, checkItems, typeError } from "./builtin.ts";
import { compareNumbers, equals, isNumber } from "./equality.ts";
import { iterate } from "./iteration.ts";
import { arithmetic } from "./numbers.ts";
import { formatPercent } from "./percentFormat.ts";
import { undefinedUsed } from "./trace.ts";
import { type BinaryOperator, HostObject, isList, PyDict, PyTuple, typeName, type Value } from "./values.ts";

/** One binary operation. Errors: 010 for Undefined, 012 for types that do not go together, 016, 021, 025. */
export function operate(operator: BinaryOperator, a: Value, b: Value): Value {
	if (a === undefined) throw undefinedUsed(0);
	if (typeof a === "string" && operator === "%") return formatPercent(a, b);
	if (b === undefined) throw undefinedUsed(1);
	if (a instanceof HostObject || b instanceof HostObject) {
		const own = a instanceof HostObject ? a.binary?.(operator, b, false) : undefined;
		const result = own ?? (b instanceof HostObject ? b.binary?.(operator, a, true) : undefined);
		if (result !== undefined) return result;
	}
	if (operator === "+") return add(a, b);
	if (operator === "*") return multiply(a, b);
	return arithmetic(operator, a, b);
}

export function add(a: Value, b: Value): Value {
	if (typeof a === "string") {
		if (typeof b === "string") return a + b;
		if (b === undefined) throw undefinedUsed(1);
		if (!(b instanceof HostObject && b.binary !== undefined))
			return typeError(`can only concatenate str (not "${typeName(b)}") to str`);
	}
	if (typeof a === "number" && typeof b === "number") return arithmetic("+", a, b);
	if (a === undefined || b === undefined) throw undefinedUsed(a === undefined ? 0 : 1);
	if (a instanceof HostObject || b instanceof HostObject) {
		const own = a instanceof HostObject ? a.binary?.("+", b, false) : undefined;
		return own ?? (b instanceof HostObject ? b.binary?.("+", a, true) : undefined) ?? arithmetic("+", a, b);
	}
	if (isList(a)) {
		if (isList(b)) return checkItems(a.length + b.length) >= 0 ? [...a, ...b] : [];
		return typeError(`can only concatenate list (not "${typeName(b)}") to list`);
	}
	if (a instanceof PyTuple) {
		if (b instanceof PyTuple) return PyTuple.fromItems([...a, ...b]);
		return typeError(`can only concatenate tuple (not "${typeName(b)}") to tuple`);
	}
	return arithmetic("+", a, b);
}

function multiply(a: Value, b: Value): Value {
	if (typeof a === "string" || Array.isArray(a)) return repeat(a, b);
	if (typeof b === "string" || Array.isArray(b)) return repeat(b, a);
	return arithmetic("*", a, b);
}

function repeat(value: string | Value[], by: Value): Value {
	if (!isNumber(by) || typeof by === "object" || (typeof by === "number" && !Number.isInteger(by)))
		return typeError(`can't multiply sequence by non-int of type '${typeName(by)}'`);
	const count = Math.max(0, asInt(by));
	if (typeof value === "string") {
		checkCharacters(value.length * count);
		return value.repeat(value === "" ? 0 : count);
	}
	const length = checkItems(value.length * count);
	const items = new Array<Value>(length);
	for (let i = 0; i < length; i++) items[i] = value[i % value.length];
	return value instanceof PyTuple ? PyTuple.fromItems(items) : items;
}

type OrderOperator = "<" | ">" | "<=" | ">=";

/** `a < b` and its kin. Errors: 010, 012. */
export function ordered(operator: OrderOperator, a: Value, b: Value): boolean {
	const order = compare(a, b, operator);
	if (operator === "<") return order < 0;
	if (operator === ">") return order > 0;
	return operator === "<=" ? order <= 0 : order >= 0;
}

/** Negative, zero or positive; NaN where floats have no order. Texts compare by code point. */
export function compare(a: Value, b: Value, operator: OrderOperator = "<"): number {
	if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
	if (typeof a === "string" && typeof b === "string") return compareText(a, b);
	if (Array.isArray(a) && Array.isArray(b) && a instanceof PyTuple === b instanceof PyTuple)
		return compareItems(a, b, operator);
	if (a === undefined) throw undefinedUsed(0);
	if (b === undefined) throw undefinedUsed(1);
	const own = a instanceof HostObject ? a.compare?.(b) : undefined;
	if (own !== undefined) return own;
	const theirs = b instanceof HostObject ? b.compare?.(a) : undefined;
	if (theirs !== undefined) return -theirs;
	return typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareText(a: string, b: string): number {
	if (a === b) return 0;
	let i = 0;
	while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
	// UTF-16 order differs from code point order only where one side is a surrogate.
	const x = a.charCodeAt(i);
	const y = b.charCodeAt(i);
	if (x >= 0xd800 && y >= 0xd800) return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
	return (Number.isNaN(x) ? -1 : x) - (Number.isNaN(y) ? -1 : y);
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: OrderOperator): number {
	for (let i = 0; i < a.length && i < b.length; i++) if (!equals(a[i], b[i])) return compare(a[i], b[i], operator);
	return a.length - b.length;
}

/** `item in container`. Errors: 012. */
export function contains(item: Value, container: Value): boolean {
	if (typeof container === "string") {
		if (typeof item === "string") return container.includes(item);
		return typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
	}
	if (container instanceof PyDict) return container.has(item);
	if (container instanceof HostObject && container.contains !== undefined) return container.contains(item);
	if (
		container !== undefined &&
		!Array.isArray(container) &&
		!(container instanceof HostObject && container.iterate !== undefined)
	)
		return typeError(`argument of type '${typeName(container)}' is not iterable`);
	for (const candidate of iterate(container)) if (candidate === item || equals(candidate, item)) return true;
	return false;
}
