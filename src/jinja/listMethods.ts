/** The methods of Python's list and tuple. */
import { fail } from "../core/diagnostic.ts";
import { asInt, type Builtin, builtin, checkItems, may, needs, positional, typeError, valueError } from "./builtin.ts";
import { equals, truthy } from "./equality.ts";
import { itemsOf, listOf } from "./iteration.ts";
import { compare } from "./operators.ts";
import { repr } from "./text.ts";
import { HostObject, type PyTuple, type Value } from "./values.ts";

/** A new array in ascending order of the keys; equal keys keep their order, also when reversed. */
export function sortedBy(items: readonly Value[], key: (item: Value) => Value, reverse: boolean): Value[] {
	const keyed = items.map((item) => ({ item, key: key(item) }));
	keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)));
	return keyed.map((entry) => entry.item);
}

function findIndex(items: readonly Value[], wanted: Value, start: Value, stop: Value): number {
	const clamp = (n: number): number => (n < 0 ? Math.max(0, n + items.length) : n);
	const to = stop === null ? items.length : Math.min(clamp(asInt(stop)), items.length);
	for (let i = clamp(asInt(start)); i < to; i++) if (equals(items[i], wanted)) return i;
	return -1;
}

function pop(list: Value[], position: number): Value {
	if (list.length === 0) fail("TFM-JINJA-015", { kind: "index", problem: "pop from empty list" });
	const at = position < 0 ? position + list.length : position;
	if (at < 0 || at >= list.length) fail("TFM-JINJA-015", { kind: "index", problem: "pop index out of range" });
	return list.splice(at, 1)[0];
}

function sortInPlace(list: Value[], key: Value, reverse: Value): null {
	const keyOf = (item: Value): Value => {
		if (key === null) return item;
		if (!(key instanceof HostObject) || key.call === undefined) return typeError("the sort key is not callable");
		return key.call({ positional: [item], keyword: new Map() });
	};
	const sorted = sortedBy(list, keyOf, truthy(reverse));
	sorted.forEach((item, i) => {
		list[i] = item;
	});
	return null;
}

const count = positional<readonly Value[]>(
	"count",
	[needs("value")],
	(items, [value]) => items.filter((item) => equals(item, value)).length,
);

export const tupleMethods: ReadonlyMap<string, Builtin<PyTuple>> = new Map<string, Builtin<PyTuple>>([
	["count", count],
	[
		"index",
		positional<PyTuple>("index", [needs("value"), may("start", 0), may("stop")], (items, [value, start, stop]) => {
			const at = findIndex(items, value, start, stop);
			return at < 0 ? valueError("tuple.index(x): x not in tuple") : at;
		}),
	],
]);

export const listMethods: ReadonlyMap<string, Builtin<Value[]>> = new Map<string, Builtin<Value[]>>([
	["count", count],
	[
		"append",
		positional<Value[]>("append", [needs("object")], (list, [item], state) => {
			checkItems(list.push(item));
			state.put(1);
			return null;
		}),
	],
	[
		"extend",
		positional<Value[]>("extend", [needs("iterable")], (list, [items], state) => {
			const added = listOf(items);
			checkItems(list.length + added.length);
			state.put(added.length);
			for (const item of added) list.push(item);
			return null;
		}),
	],
	[
		"insert",
		positional<Value[]>("insert", [needs("index"), needs("object")], (list, [at, item], state) => {
			checkItems(list.length + 1);
			state.put(1);
			list.splice(asInt(at), 0, item);
			return null;
		}),
	],
	["pop", positional<Value[]>("pop", [may("index", -1)], (list, [at]) => pop(list, asInt(at)))],
	[
		"remove",
		positional<Value[]>("remove", [needs("value")], (list, [value]) => {
			const at = findIndex(list, value, 0, null);
			if (at < 0) valueError("list.remove(x): x not in list");
			list.splice(at, 1);
			return null;
		}),
	],
	[
		"index",
		positional<Value[]>("index", [needs("value"), may("start", 0), may("stop")], (list, [value, start, stop]) => {
			const at = findIndex(list, value, start, stop);
			return at < 0 ? valueError(`${repr(value)} is not in list`) : at;
		}),
	],
	["copy", positional<Value[]>("copy", [], (list) => [...itemsOf(list)])],
	[
		"clear",
		positional<Value[]>("clear", [], (list) => {
			list.length = 0;
			return null;
		}),
	],
	[
		"reverse",
		positional<Value[]>("reverse", [], (list) => {
			list.reverse();
			return null;
		}),
	],
	[
		"sort",
		builtin<Value[]>("sort", [may("key"), may("reverse", false)], (list, [key, reverse]) =>
			sortInPlace(list, key, reverse),
		),
	],
]);
