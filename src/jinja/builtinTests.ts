/** Jinja's tests: what may follow `is`. */
import { type Builtin, builtin, needs } from "./builtin.ts";
import { PyRange } from "./collections.ts";
import { equals, isNumber } from "./equality.ts";
import { isIterable } from "./iteration.ts";
import { contains, operate, ordered } from "./operators.ts";
import { toText } from "./text.ts";
import { HostObject, PyDict, PyFloat, type Value } from "./values.ts";

type Test = [string, Builtin<Value>];

const unary = (name: string, holds: (value: Value) => boolean): Test => [name, builtin<Value>(name, [], holds)];
const binary = (names: readonly string[], holds: (value: Value, other: Value) => boolean): Test[] =>
	names.map((name) => [name, builtin<Value>(name, [needs("other")], (value, [other]) => holds(value, other))]);

const isInteger = (v: Value): boolean => typeof v === "bigint" || (typeof v === "number" && Number.isInteger(v));
const isFloat = (v: Value): boolean => v instanceof PyFloat || (typeof v === "number" && !Number.isInteger(v));
const isSequence = (v: Value): boolean =>
	typeof v === "string" ||
	Array.isArray(v) ||
	v instanceof PyDict ||
	v === undefined ||
	v instanceof PyRange ||
	(v instanceof HostObject && v.length !== undefined && v.item !== undefined);
/** Whether the remainder of a division by two is as wanted; a text is formatted instead, as Python's `%` does. */
const hasParity =
	(wanted: number) =>
	(value: Value): boolean =>
		equals(operate("%", value, 2), wanted);

/** Python's `is` for what templates can tell apart: the same object, or equal constants of one type. */
const isSame = (a: Value, b: Value): boolean => a === b;

const isUpper = (text: string): boolean => text !== text.toLowerCase() && text === text.toUpperCase();
const isLower = (text: string): boolean => text !== text.toUpperCase() && text === text.toLowerCase();

export function makeTests(filterNames: ReadonlySet<string>): ReadonlyMap<string, Builtin<Value>> {
	const tests: Map<string, Builtin<Value>> = new Map<string, Builtin<Value>>([
		unary("defined", (v) => v !== undefined),
		unary("undefined", (v) => v === undefined),
		unary("none", (v) => v === null),
		unary("boolean", (v) => typeof v === "boolean"),
		unary("true", (v) => v === true),
		unary("false", (v) => v === false),
		unary("integer", isInteger),
		unary("float", isFloat),
		unary("number", isNumber),
		unary("string", (v) => typeof v === "string"),
		unary("mapping", (v) => v instanceof PyDict || (v instanceof HostObject && v.isMapping === true)),
		unary("sequence", isSequence),
		unary("iterable", isIterable),
		unary("callable", (v) => v === undefined || (v instanceof HostObject && v.call !== undefined)),
		unary("escaped", () => false),
		unary("lower", (v) => isLower(toText(v))),
		unary("upper", (v) => isUpper(toText(v))),
		unary("odd", hasParity(1)),
		unary("even", hasParity(0)),
		unary("filter", (v) => typeof v === "string" && filterNames.has(v)),
		unary("test", (v) => typeof v === "string" && tests.has(v)),
		...binary(["divisibleby"], (v, n) => equals(operate("%", v, n), 0)),
		...binary(["eq", "equalto", "=="], equals),
		...binary(["ne", "!="], (a, b) => !equals(a, b)),
		...binary(["lt", "lessthan", "<"], (a, b) => ordered("<", a, b)),
		...binary(["le", "<="], (a, b) => ordered("<=", a, b)),
		...binary(["gt", "greaterthan", ">"], (a, b) => ordered(">", a, b)),
		...binary(["ge", ">="], (a, b) => ordered(">=", a, b)),
		...binary(["in"], contains),
		...binary(["sameas"], isSame),
	]);
	return tests;
}
