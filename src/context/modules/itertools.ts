/**
 * `modules.itertools`: dbt's subset. The finite functions give lists; count, cycle and repeat without an end are cut
 * off at a length that no template needs, so that a loop over them ends.
 */
import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	equals,
	HostFunction,
	HostObject,
	PyDecimal,
	PyFloat,
	PyTuple,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import { iterableItems } from "../objects/iterableItems.ts";

const ENDLESS = 100_000;
const LARGEST = 1_000_000;
/** Values in all tuples of a result together: the permutations of 20 items are as large as a list 20 times as long. */
const LARGEST_TOGETHER = 2_000_000;

const tuple = (items: Iterable<Value>): PyTuple => PyTuple.fromItems(items);

/** Refuses results that can only be a mistake before they fill the memory. */
function collect(items: Iterable<Value>): Value[] {
	const list: Value[] = [];
	let together = 0;
	for (const item of items) {
		if (list.push(item) > LARGEST) fail("TFM-JINJA-021", { what: "a list from itertools", limit: LARGEST });
		together += item instanceof PyTuple ? item.length : 1;
		if (together > LARGEST_TOGETHER)
			fail("TFM-JINJA-021", { what: "the tuples of a list from itertools together", limit: LARGEST_TOGETHER });
	}
	return list;
}

function invoke(fn: Value, positional: readonly Value[]): Value {
	if (fn instanceof HostObject && fn.call !== undefined) return fn.call({ positional, keyword: new Map() });
	return fail("TFM-JINJA-013", { type: "value", expression: "the function given to itertools" });
}

const whole = (value: Value, name: string): number =>
	typeof value === "number" && Number.isInteger(value) && value >= 0
		? value
		: fail("TFM-JINJA-012", { problem: `${name} must be a whole number` });

function* product(pools: readonly Value[][]): Iterable<Value[]> {
	const [first, ...rest] = pools;
	if (first === undefined) {
		yield [];
		return;
	}
	for (const item of first) for (const tail of product(rest)) yield [item, ...tail];
}

function* permutations(pool: readonly Value[], r: number): Iterable<Value[]> {
	if (r === 0) {
		yield [];
		return;
	}
	for (let i = 0; i < pool.length; i++)
		for (const tail of permutations([...pool.slice(0, i), ...pool.slice(i + 1)], r - 1)) yield [pool[i], ...tail];
}

/** `step` 1 leaves an item behind once it is taken, 0 may take it again. */
function* combinations(pool: readonly Value[], r: number, step: 0 | 1, from = 0): Iterable<Value[]> {
	if (r === 0) {
		yield [];
		return;
	}
	for (let i = from; i < pool.length; i++)
		for (const tail of combinations(pool, r - 1, step, i + step)) yield [pool[i], ...tail];
}

function* tuples(lists: Iterable<readonly Value[]>): Iterable<Value> {
	for (const list of lists) yield tuple(list);
}

function add(a: Value, b: Value): Value {
	if (typeof a === "string" && typeof b === "string") return a + b;
	if (typeof a === "number" && typeof b === "number") return a + b;
	if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
	const numeric = (v: Value) => (v instanceof PyFloat ? v.n : v instanceof PyDecimal ? Number(v.text) : v);
	const [x, y] = [numeric(a), numeric(b)];
	if (typeof x === "number" && typeof y === "number") return new PyFloat(x + y);
	return fail("TFM-JINJA-012", { problem: "itertools.accumulate adds numbers, texts and lists" });
}

function groupBy(items: readonly Value[], key: Value): Value[] {
	const groups: { readonly key: Value; readonly items: Value[] }[] = [];
	for (const item of items) {
		const k = key == null ? item : invoke(key, [item]);
		const last = groups.at(-1);
		if (last !== undefined && equals(last.key, k)) last.items.push(item);
		else groups.push({ key: k, items: [item] });
	}
	return groups.map((group) => tuple([group.key, group.items]));
}

function slice(items: readonly Value[], bounds: readonly Value[]): Value[] {
	const [start, stop, step] = bounds.length === 1 ? [null, bounds[0], null] : bounds;
	const from = start == null ? 0 : whole(start, "start");
	const to = stop == null ? items.length : whole(stop, "stop");
	const by = step == null ? 1 : Math.max(1, whole(step, "step"));
	return items.slice(0, to).filter((_, i) => i >= from && (i - from) % by === 0);
}

type Run = (args: Arguments) => Value;
const items = (args: Arguments, at = 0): Value[] => iterableItems(args.positional[at]);

const FUNCTIONS: ReadonlyMap<string, Run> = new Map<string, Run>([
	[
		"count",
		(args) => {
			const { start = 0, step = 1 } = bindArguments("count", ["start?", "step?"], args);
			return Array.from({ length: ENDLESS }, (_, i) => Number(start) + i * Number(step));
		},
	],
	[
		"cycle",
		(args) => {
			const pool = items(args);
			return pool.length === 0 ? [] : Array.from({ length: ENDLESS }, (_, i) => pool[i % pool.length]);
		},
	],
	[
		"repeat",
		(args) => {
			const { object, times } = bindArguments("repeat", ["object", "times?"], args);
			return collect(Array.from({ length: times === undefined ? ENDLESS : whole(times, "times") }, () => object));
		},
	],
	["accumulate", accumulate],
	["chain", ({ positional }) => collect(positional.flatMap(iterableItems))],
	[
		"compress",
		(args) => {
			const chosen = items(args, 1);
			return items(args).filter((_, i) => truthy(chosen[i]));
		},
	],
	["islice", ({ positional: [list, ...bounds] }) => slice(iterableItems(list), bounds)],
	["starmap", ({ positional: [fn, list] }) => iterableItems(list).map((each) => invoke(fn, iterableItems(each)))],
	[
		"tee",
		({ positional: [list, n] }) =>
			tuple(Array.from({ length: n == null ? 2 : whole(n, "n") }, () => iterableItems(list))),
	],
	[
		"zip_longest",
		({ positional, keyword }) => {
			const columns = positional.map(iterableItems);
			const rows = Math.max(0, ...columns.map((column) => column.length));
			const fill = keyword.get("fillvalue") ?? null;
			return Array.from({ length: rows }, (_, i) => tuple(columns.map((c) => (i < c.length ? c[i] : fill))));
		},
	],
	[
		"product",
		({ positional, keyword }) => {
			const pools = positional.map(iterableItems);
			const times = keyword.has("repeat") ? whole(keyword.get("repeat"), "repeat") : 1;
			return collect(tuples(product(Array.from({ length: times }, () => pools).flat())));
		},
	],
	[
		"permutations",
		({ positional: [list, r], keyword }) => {
			const pool = iterableItems(list);
			const length = r ?? keyword.get("r");
			const size = length == null ? pool.length : whole(length, "r");
			return size > pool.length ? [] : collect(tuples(permutations(pool, size)));
		},
	],
	["combinations", (args) => combined(args, "combinations", 1)],
	["combinations_with_replacement", (args) => combined(args, "combinations_with_replacement", 0)],
	[
		"groupby",
		(args) => {
			const { iterable, key } = bindArguments("groupby", ["iterable", "key?"], args);
			return groupBy(iterableItems(iterable), key);
		},
	],
	["takewhile", ({ positional: [test, list] }) => prefix(test, iterableItems(list), true)],
	["dropwhile", ({ positional: [test, list] }) => prefix(test, iterableItems(list), false)],
	[
		"filterfalse",
		({ positional: [test, list] }) =>
			iterableItems(list).filter((item) => !truthy(test == null ? item : invoke(test, [item]))),
	],
]);

function combined(args: Arguments, name: string, step: 0 | 1): Value {
	const { iterable, r } = bindArguments(name, ["iterable", "r"], args);
	return collect(tuples(combinations(iterableItems(iterable), whole(r, "r"), step)));
}

function prefix(test: Value, list: readonly Value[], take: boolean): Value[] {
	const end = list.findIndex((item) => !truthy(invoke(test, [item])));
	const cut = end < 0 ? list.length : end;
	return take ? list.slice(0, cut) : list.slice(cut);
}

function accumulate(args: Arguments): Value {
	const { iterable, func, initial } = bindArguments("accumulate", ["iterable", "func?", "initial?"], args);
	const given = iterableItems(iterable);
	const list = initial == null ? given : [initial, ...given];
	const sums: Value[] = [];
	for (const item of list) {
		const last = sums.at(-1);
		sums.push(sums.length === 0 ? item : func == null ? add(last, item) : invoke(func, [last, item]));
	}
	return sums;
}

/** `chain` is a class in Python: `chain.from_iterable` hangs on it. */
class Chain extends HostFunction {
	override attribute(name: string): Value {
		if (name !== "from_iterable") return undefined;
		return new HostFunction(name, ({ positional: [lists] }) => collect(iterableItems(lists).flatMap(iterableItems)));
	}
}

/** `modules.itertools`. */
export function itertoolsMember(name: string): Value {
	const run = FUNCTIONS.get(name);
	if (run === undefined) return undefined;
	return name === "chain" ? new Chain(name, run) : new HostFunction(name, run);
}
