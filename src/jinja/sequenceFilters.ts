/** Jinja's filters over sequences, except those that apply another filter or test by name. */
import { fail } from "../core/diagnostic.ts";
import { type Getter, pathGetter, pathsGetter } from "./attributePath.ts";
import { asInt, type Builtin, builtin, checkCharacters, may, needs, typeError } from "./builtin.ts";
import { PyGenerator } from "./collections.ts";
import { equals, truthy } from "./equality.ts";
import { characters, isIterable, itemsOf, iterate, lengthOf, listOf } from "./iteration.ts";
import { sortedBy } from "./listMethods.ts";
import { compare, operate } from "./operators.ts";
import type { RenderState } from "./renderState.ts";
import { toText } from "./text.ts";
import { undefinedUsed } from "./trace.ts";
import { HostObject, PyDict, PyTuple, typeName, type Value } from "./values.ts";

const ignoreCase = (value: Value): Value => (typeof value === "string" ? value.toLowerCase() : value);
const finisher = (caseSensitive: Value): Getter => (truthy(caseSensitive) ? (value) => value : ignoreCase);

function* uniqueItems(value: Value, key: Getter): Generator<Value> {
	const seen = new PyDict();
	for (const item of iterate(value)) {
		const k = key(item);
		if (seen.has(k)) continue;
		seen.set(k, null);
		yield item;
	}
}

function* batches(value: Value, size: number, fill: Value): Generator<Value> {
	let batch: Value[] = [];
	for (const item of iterate(value)) {
		if (batch.length === size) {
			yield batch;
			batch = [];
		}
		batch.push(item);
	}
	if (batch.length === 0) return;
	if (fill !== null) while (batch.length < size) batch.push(fill);
	yield batch;
}

/** As many as range() has items at most: almost all of them would be empty. */
const MOST_SLICES = 100_000;

function* slices(value: Value, count: number, fill: Value): Generator<Value> {
	const items = listOf(value);
	if (count === 0) fail("TFM-JINJA-016", { problem: "integer division or modulo by zero" });
	if (count > MOST_SLICES) fail("TFM-JINJA-021", { what: "the number of slices", limit: MOST_SLICES });
	const each = Math.floor(items.length / count);
	const longer = items.length % count;
	let at = 0;
	for (let i = 0; i < count; i++) {
		const size = i < longer ? each + 1 : each;
		const slice = items.slice(at, at + size);
		at += size;
		if (fill !== null && i >= longer) slice.push(fill);
		yield slice;
	}
}

function extreme(name: string, wins: (order: number) => boolean): Builtin<Value> {
	return builtin<Value>(
		name,
		[may("case_sensitive", false), may("attribute")],
		(value, [caseSensitive, attribute], state) => {
			const finish = finisher(caseSensitive);
			const get = pathGetter(attribute, state);
			let best: { item: Value; key: Value } | null = null;
			for (const item of iterate(value)) {
				const key = finish(get(item));
				if (best === null || wins(compare(key, best.key))) best = { item, key };
			}
			return best?.item;
		},
	);
}

/** The pair that groupby gives: a tuple with names. */
function groups(value: Value, given: readonly Value[], state: RenderState): Value {
	const [attribute, otherwise, caseSensitive] = given;
	const get = pathGetter(attribute, state, otherwise);
	const key: Getter = (item) => finisher(caseSensitive)(get(item));
	const found: { key: Value; first: Value; items: Value[] }[] = [];
	for (const item of sortedBy(itemsOf(value), key, false)) {
		const k = key(item);
		const last = found.at(-1);
		if (last !== undefined && equals(last.key, k)) last.items.push(item);
		else found.push({ key: k, first: get(item), items: [item] });
	}
	return found.map((group) => new GroupTuple(group.first, group.items));
}

class GroupTuple extends HostObject {
	readonly typeName = "_GroupTuple";
	readonly #pair: PyTuple;

	constructor(grouper: Value, list: Value[]) {
		super();
		this.#pair = PyTuple.fromItems([grouper, list]);
	}

	override attribute(name: string): Value {
		return name === "grouper" ? this.#pair[0] : name === "list" ? this.#pair[1] : undefined;
	}

	override item(key: Value): Value {
		return typeof key === "number" ? this.#pair.at(key) : undefined;
	}

	override iterate(): Iterable<Value> {
		return this.#pair;
	}

	override length(): number {
		return 2;
	}

	override equals(other: Value): boolean {
		return equals(this.#pair, other instanceof GroupTuple ? other.#pair : other);
	}

	override toText(): string {
		return toText(this.#pair);
	}

	override toPlainValue(): Value {
		return [...this.#pair];
	}
}

function dictSorted(value: Value, given: readonly Value[]): Value {
	if (value === undefined) throw undefinedUsed(0);
	if (!(value instanceof PyDict))
		return fail("TFM-JINJA-017", { problem: `'${typeName(value)}' object has no attribute 'items'` });
	const [caseSensitive, by, reverse] = given;
	if (by !== "key" && by !== "value")
		fail("TFM-JINJA-018", { problem: 'You can only sort by either "key" or "value"' });
	const finish = finisher(caseSensitive);
	const items = value.items().map((item) => PyTuple.fromItems(item));
	return sortedBy(items, (item) => finish((item as PyTuple)[by === "key" ? 0 : 1]), truthy(reverse));
}

function joinItems(value: Value, given: readonly Value[], state: RenderState): string {
	const [separator, attribute] = given;
	const glue = toText(separator);
	const get = pathGetter(attribute, state);
	const parts: string[] = [];
	let length = 0;
	for (const item of iterate(value)) {
		const part = toText(get(item));
		length = checkCharacters(length + part.length + glue.length);
		parts.push(part);
	}
	return parts.join(glue);
}

function reversed(value: Value): Value {
	if (typeof value === "string") return characters(value).reverse().join("");
	if (!isIterable(value)) return fail("TFM-JINJA-018", { problem: "argument must be iterable" });
	return new PyGenerator(listOf(value).reverse());
}

function last(value: Value): Value {
	if (typeof value === "string") return characters(value).at(-1);
	if (value instanceof HostObject && value.length === undefined)
		return typeError(`'${value.typeName}' object is not reversible`);
	return itemsOf(value).at(-1);
}

function items(value: Value): Value {
	if (value === undefined) return new PyGenerator([]);
	if (value instanceof PyDict) return new PyGenerator(value.items().map((item) => PyTuple.fromItems(item)));
	if (value instanceof HostObject && value.isMapping === true && value.iterate !== undefined)
		return new PyGenerator(Array.from(value.iterate(), (key) => PyTuple.fromItems([key, value.item?.(key)])));
	return typeError("Can only get item pairs from a mapping.");
}

const length = builtin<Value>("length", [], (value) => lengthOf(value));

export const sequenceFilters: readonly (readonly [string, Builtin<Value>])[] = [
	["length", length],
	["count", length],
	["list", builtin<Value>("list", [], (value) => listOf(value))],
	["items", builtin<Value>("items", [], items)],
	["join", builtin<Value>("join", [may("d", ""), may("attribute")], joinItems)],
	[
		"first",
		builtin<Value>("first", [], (value) => {
			for (const item of iterate(value)) return item;
			return undefined;
		}),
	],
	["last", builtin<Value>("last", [], last)],
	["reverse", builtin<Value>("reverse", [], reversed)],
	[
		"sort",
		builtin<Value>(
			"sort",
			[may("reverse", false), may("case_sensitive", false), may("attribute")],
			(value, given, state) => {
				const [reverse, caseSensitive, attribute] = given;
				return sortedBy(itemsOf(value), pathsGetter(attribute, state, finisher(caseSensitive)), truthy(reverse));
			},
		),
	],
	[
		"unique",
		builtin<Value>(
			"unique",
			[may("case_sensitive", false), may("attribute")],
			(value, [caseSensitive, attribute], state) => {
				const get = pathGetter(attribute, state);
				const finish = finisher(caseSensitive);
				return new PyGenerator(uniqueItems(value, (item) => finish(get(item))));
			},
		),
	],
	["min", extreme("min", (order) => order < 0)],
	["max", extreme("max", (order) => order > 0)],
	[
		"sum",
		builtin<Value>("sum", [may("attribute"), may("start", 0)], (value, [attribute, start], state) => {
			const get = pathGetter(attribute, state);
			if (typeof start === "string") typeError("sum() can't sum strings [use ''.join(seq) instead]");
			let total = start;
			for (const item of iterate(value)) total = operate("+", total, get(item));
			return total;
		}),
	],
	[
		"batch",
		builtin<Value>(
			"batch",
			[needs("linecount"), may("fill_with")],
			(value, [size, fill]) => new PyGenerator(batches(value, asInt(size), fill)),
		),
	],
	[
		"slice",
		builtin<Value>(
			"slice",
			[needs("slices"), may("fill_with")],
			(value, [count, fill]) => new PyGenerator(slices(value, asInt(count), fill)),
		),
	],
	["groupby", builtin<Value>("groupby", [needs("attribute"), may("default"), may("case_sensitive", false)], groups)],
	[
		"dictsort",
		builtin<Value>("dictsort", [may("case_sensitive", false), may("by", "key"), may("reverse", false)], dictSorted),
	],
];
