/** Iteration, length, unpacking and slices over everything that Python iterates. */
import { typeError, valueError } from "./builtin.ts";
import { HostObject, PyDict, PyTuple, typeName, type Value } from "./values.ts";

const SURROGATE = /[\ud800-\udfff]/;

/** A text as Python's characters: code points, not UTF-16 units. */
export const characters = (text: string): string[] => (SURROGATE.test(text) ? [...text] : text.split(""));

export const characterCount = (text: string): number => (SURROGATE.test(text) ? [...text].length : text.length);

/** The items of a value, lazily where it is lazy. Undefined has none. Errors: 012. */
export function iterate(value: Value): Iterable<Value> {
	if (Array.isArray(value)) return value;
	if (typeof value === "string") return characters(value);
	if (value === undefined) return [];
	if (value instanceof PyDict) return value.keys();
	if (value instanceof HostObject && value.iterate !== undefined) return value.iterate();
	return typeError(`'${typeName(value)}' object is not iterable`);
}

/** Whether iterate() would answer: Jinja's `is iterable`. */
export const isIterable = (value: Value): boolean =>
	typeof value === "string" ||
	Array.isArray(value) ||
	value instanceof PyDict ||
	value === undefined ||
	(value instanceof HostObject && value.iterate !== undefined);

/** The items as an array: the value itself where it is one, so callers must not change it. */
export function itemsOf(value: Value): readonly Value[] {
	const items = iterate(value);
	return Array.isArray(items) ? items : [...items];
}

/** The items as a new list. */
export const listOf = (value: Value): Value[] => Array.from(iterate(value));

/** Python's len(). Errors: 012. */
export function lengthOf(value: Value): number {
	if (typeof value === "string") return characterCount(value);
	if (Array.isArray(value)) return value.length;
	if (value === undefined) return 0;
	if (value instanceof PyDict) return value.size;
	if (value instanceof HostObject && value.length !== undefined) return value.length();
	return typeError(`object of type '${typeName(value)}' has no len()`);
}

/** The items of `value` where there are exactly `count`, as a target with commas needs them. */
export function unpack(value: Value, count: number): readonly Value[] {
	if (value === null || typeof value === "boolean" || typeof value === "number")
		typeError(`cannot unpack non-iterable ${typeName(value)} object`);
	const items = itemsOf(value);
	if (items.length > count) valueError(`too many values to unpack (expected ${count})`);
	if (items.length < count) valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
	return items;
}

/** The positions that `[start:stop:step]` selects of `length` items, as Python's slice.indices. Null = left out. */
export function* sliceIndices(
	length: number,
	start: number | null,
	stop: number | null,
	step: number | null,
): Generator<number> {
	const by = step ?? 1;
	if (by === 0) valueError("slice step cannot be zero");
	const lowest = by < 0 ? -1 : 0;
	const highest = by < 0 ? length - 1 : length;
	const clamp = (n: number): number => Math.min(Math.max(n < 0 ? n + length : n, lowest), highest);
	const from = start === null ? (by < 0 ? highest : lowest) : clamp(start);
	const to = stop === null ? (by < 0 ? lowest : highest) : clamp(stop);
	for (let i = from; by < 0 ? i > to : i < to; i += by) yield i;
}

/** Part of a text, list or tuple; undefined for what cannot be sliced. */
export function sliceOf(value: Value, start: number | null, stop: number | null, step: number | null): Value {
	const items = typeof value === "string" ? characters(value) : Array.isArray(value) ? value : null;
	if (items === null) return undefined;
	const picked: Value[] = [];
	for (const i of sliceIndices(items.length, start, stop, step)) picked.push(items[i]);
	if (typeof value === "string") return picked.join("");
	return value instanceof PyTuple ? PyTuple.fromItems(picked) : picked;
}
