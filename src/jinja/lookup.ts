/**
 * `a.b`, `a[b]`, calls. The one door between a template and objects: a name reaches a method table of ours, an entry
 * of a dict, or what a HostObject chooses to expose. No JavaScript property is ever read by a template's name.
 */
import { type Builtin, typeError } from "./builtin.ts";
import { PyRange } from "./collections.ts";
import { dictMethods } from "./dictMethods.ts";
import { formatString } from "./formatString.ts";
import { dictFunction } from "./globals.ts";
import { characters, sliceOf } from "./iteration.ts";
import { listMethods, tupleMethods } from "./listMethods.ts";
import { numberMethods } from "./numberMethods.ts";
import type { RenderState } from "./renderState.ts";
import { stringMethods } from "./stringMethods.ts";
import { notCallable, undefinedUsed } from "./trace.ts";
import {
	type Arguments,
	HostFunction,
	HostObject,
	hashKeyOf,
	PyDict,
	PyFloat,
	PyTuple,
	typeName,
	type Value,
} from "./values.ts";

/** str.format stands here and not with the other methods: its fields use the lookups below. */
const format: Builtin<string> = (text, args, state) =>
	formatString(text, args, {
		attribute: (value, name) => attributeOf(value, name, state),
		item: (value, key) => itemOf(value, key, state),
	});

/** The built-in method of a value, or none. */
export function methodOf(value: Value, name: string): Builtin<never> | undefined {
	if (typeof value === "string")
		return (name === "format" ? format : stringMethods.get(name)) as Builtin<never> | undefined;
	if (value instanceof PyDict) return dictMethods.get(name) as Builtin<never> | undefined;
	if (value instanceof PyTuple) return tupleMethods.get(name) as Builtin<never> | undefined;
	if (Array.isArray(value)) return listMethods.get(name) as Builtin<never> | undefined;
	if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" || value instanceof PyFloat)
		return numberMethods.get(name) as Builtin<never> | undefined;
	return undefined;
}

const bound = (value: Value, name: string, method: Builtin<never>, state: RenderState): HostFunction =>
	new HostFunction(name, (args) => method(value as never, args, state));

/** Methods of a dict that change it. */
const CHANGES: ReadonlySet<string> = new Set(["update", "pop", "popitem", "setdefault", "clear"]);

/** `value.name`: the method or attribute, else the item. Undefined where there is neither. Errors: 010. */
export function attributeOf(value: Value, name: string, state: RenderState): Value {
	if (value === undefined) {
		if (state.chainable) return undefined;
		throw undefinedUsed(0);
	}
	const method = methodOf(value, name);
	if (method !== undefined) return bound(value, name, method, state);
	if (value instanceof PyDict) return value.get(name);
	if (!(value instanceof HostObject)) return undefined;
	const own = CHANGES.has(name) ? value.ownDict?.() : undefined;
	if (own !== undefined) return bound(own, name, dictMethods.get(name) as Builtin<never>, state);
	// Python's own attributes are out of reach; an item may have such a name (`dbt_datamocktool.__rows()`).
	if (name.startsWith("__")) return value.isMapping ? value.item?.(name) : undefined;
	const found = value.attribute(name);
	return found === undefined ? value.item?.(name) : found;
}

/** As attributeOf, but never an item: Jinja's attr filter. */
export function ownAttribute(value: Value, name: string, state: RenderState): Value {
	if (value instanceof PyDict && !dictMethods.has(name)) return undefined;
	return attributeOf(value, name, state);
}

/** `value[key]`: the item, else for a text the method or attribute. Undefined where there is neither. Errors: 010. */
export function itemOf(value: Value, key: Value, state: RenderState): Value {
	if (value === undefined) {
		if (state.chainable) return undefined;
		throw undefinedUsed(0);
	}
	if (value instanceof PyDict) {
		if (isHashable(key) && value.has(key)) return value.get(key);
	} else if (typeof value === "string" || Array.isArray(value)) {
		const found = typeof value === "string" ? characters(value) : value;
		if ((typeof key === "number" && Number.isInteger(key)) || typeof key === "boolean") return found.at(Number(key));
	} else if (value instanceof HostObject && value.item !== undefined) {
		const found = value.item(key);
		if (found !== undefined) return found;
	}
	if (typeof key !== "string") return undefined;
	const method = methodOf(value, key);
	if (method !== undefined) return bound(value, key, method, state);
	return value instanceof HostObject && !key.startsWith("__") ? value.attribute(key) : undefined;
}

function isHashable(key: Value): boolean {
	if (key instanceof PyTuple) return key.every(isHashable);
	if (Array.isArray(key) || key instanceof PyDict) return false;
	return (
		!(key instanceof HostObject) || key.hashKey !== undefined || key.equals === undefined || hashKeyOf(key) === key
	);
}

/** `value[start:stop:step]`; None bounds are left out. Errors: 010, 012 for what has no slices. */
export function sliced(value: Value, bounds: readonly [Value, Value, Value], state: RenderState): Value {
	if (value === undefined) {
		if (state.chainable) return undefined;
		throw undefinedUsed(0);
	}
	const [start, stop, step] = bounds.map(sliceBound);
	if (value instanceof PyRange) return value.slice(start!, stop!, step!);
	const sequence = value instanceof HostObject ? (value.asSequence?.() as Value) : value;
	return sliceOf(sequence, start!, stop!, step!) ?? typeError(`'${typeName(value)}' object is not subscriptable`);
}

function sliceBound(value: Value): number | null {
	if (value === null) return null;
	if (typeof value === "number" && Number.isInteger(value)) return value;
	if (typeof value === "boolean") return Number(value);
	return typeError("slice indices must be integers or None or have an __index__ method");
}

/** `callee(…)`. Errors: 010, 013. */
export function callValue(callee: Value, args: Arguments, state: RenderState): Value {
	if (callee instanceof HostObject && callee.call !== undefined) {
		const value = callee.call(args);
		if (value instanceof PyDict && callee === dictFunction) state.wrote(value.size);
		return typeof value === "string" ? state.made(value) : value;
	}
	if (callee !== undefined) throw notCallable(callee);
	if (state.chainable) return undefined;
	throw undefinedUsed(0);
}

/** `value.name(…)` without making the bound method first. */
export function callMethod(value: Value, name: string, args: Arguments, state: RenderState): Value {
	const method = methodOf(value, name);
	if (method !== undefined) return method(value as never, args, state);
	return callValue(attributeForCall(value, name, state), args, state);
}

export function attributeForCall(value: Value, name: string, state: RenderState): Value {
	if (value === undefined && !state.chainable) throw undefinedUsed(1);
	return attributeOf(value, name, state);
}
