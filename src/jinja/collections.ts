/** Python's other collections: generators, ranges, dict views, sets. Each prints and behaves as its original. */
import { fail } from "../core/diagnostic.ts";
import { asInt, checkItems, typeError } from "./builtin.ts";
import { equals } from "./equality.ts";
import { itemsOf, iterate, sliceIndices } from "./iteration.ts";
import { repr } from "./text.ts";
import { type BinaryOperator, HostFunction, HostObject, PyDict, PyTuple, typeName, type Value } from "./values.ts";

/** A lazy sequence that can be read once: what map and select give. Always true, without a length, as in Python. */
export class PyGenerator extends HostObject {
	readonly typeName: string = "generator";
	readonly #items: Iterator<Value>;

	constructor(items: Iterable<Value>) {
		super();
		this.#items = items[Symbol.iterator]();
	}

	override *iterate(): Generator<Value> {
		for (let next = this.#items.next(); next.done !== true; next = this.#items.next()) yield next.value;
	}

	override truth(): boolean {
		return true;
	}

	override toText(): string {
		return "<generator object>";
	}
}

/** dbt runs templates in Jinja2's sandbox, which refuses longer ranges. */
const MAX_RANGE = 100_000;

export class PyRange extends HostObject {
	readonly typeName = "range";
	readonly #start: number;
	readonly #stop: number;
	readonly #step: number;

	constructor(start: number, stop: number, step: number) {
		super();
		if (step === 0) fail("TFM-JINJA-014", { problem: "range() arg 3 must not be zero" });
		this.#start = start;
		this.#stop = stop;
		this.#step = step;
		if (this.length() > MAX_RANGE)
			fail("TFM-JINJA-025", { problem: `Range too big. The limit is ${MAX_RANGE} items.` });
	}

	/** Python's range(stop) and range(start, stop, step). */
	static of(positional: readonly Value[]): PyRange {
		const [a, b, c] = positional;
		if (positional.length === 0) typeError("range expected at least 1 argument, got 0");
		if (positional.length > 3) typeError(`range expected at most 3 arguments, got ${positional.length}`);
		if (positional.length === 1) return new PyRange(0, asInt(a), 1);
		return new PyRange(asInt(a), asInt(b), positional.length === 3 ? asInt(c) : 1);
	}

	override length(): number {
		return Math.max(0, Math.ceil((this.#stop - this.#start) / this.#step));
	}

	override *iterate(): Generator<Value> {
		const n = this.length();
		for (let i = 0; i < n; i++) yield this.#start + i * this.#step;
	}

	override item(key: Value): Value {
		if (typeof key !== "number" && typeof key !== "boolean") return undefined;
		const n = this.length();
		const i = Number(key) < 0 ? Number(key) + n : Number(key);
		return i >= 0 && i < n ? this.#start + i * this.#step : undefined;
	}

	slice(start: number | null, stop: number | null, step: number | null): PyRange {
		const picked = [...sliceIndices(this.length(), start, stop, step)];
		const by = this.#step * (step ?? 1);
		const first = this.#start + (picked[0] ?? 0) * this.#step;
		return new PyRange(first, first + picked.length * by, by);
	}

	override equals(other: Value): boolean {
		return other instanceof PyRange && equals([...this.iterate()], [...other.iterate()]);
	}

	override toText(): string {
		return this.#step === 1
			? `range(${this.#start}, ${this.#stop})`
			: `range(${this.#start}, ${this.#stop}, ${this.#step})`;
	}
}

/** dict.keys(), .values() and .items(): live, printable, without positions. */
export class DictView extends HostObject {
	readonly typeName: string;
	readonly #dict: PyDict;
	readonly #kind: "keys" | "values" | "items";

	constructor(dict: PyDict, kind: "keys" | "values" | "items") {
		super();
		this.typeName = `dict_${kind}`;
		this.#dict = dict;
		this.#kind = kind;
	}

	override iterate(): Value[] {
		if (this.#kind === "keys") return this.#dict.keys();
		if (this.#kind === "values") return this.#dict.values();
		return this.#dict.items().map(([k, v]) => PyTuple.fromItems([k, v]));
	}

	override length(): number {
		return this.#dict.size;
	}

	override contains(value: Value): boolean {
		return this.#kind === "keys" ? this.#dict.has(value) : this.iterate().some((item) => equals(item, value));
	}

	override equals(other: Value): boolean {
		if (this === other) return true;
		if (this.#kind === "values" || !(other instanceof DictView || other instanceof PySet)) return false;
		const mine = this.iterate();
		return mine.length === other.length() && mine.every((item) => other.contains(item));
	}

	override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value {
		if (operator !== "-" || this.#kind === "values") return undefined;
		const [left, right] = reflected ? [other, this as Value] : [this as Value, other];
		return PySet.from(left).without(itemsOf(right));
	}

	override toText(): string {
		return `${this.typeName}(${repr(this.iterate())})`;
	}

	/** The views of a config meet plain data where their author meant a list. */
	override toPlainValue(): Value {
		return typeError(`Object of type ${this.typeName} is not JSON serializable`);
	}
}

/** A set, in order of insertion: Python's own order depends on the process. */
export class PySet extends HostObject {
	readonly typeName = "set";
	readonly #items = new PyDict();

	static from(value: Value): PySet {
		const set = new PySet();
		for (const item of iterate(value)) set.add(item);
		return set;
	}

	add(item: Value): void {
		checkItems(this.#items.size);
		if (!this.#items.has(item)) this.#items.set(item, null);
	}

	delete(item: Value): boolean {
		return this.#items.delete(item);
	}

	override contains(item: Value): boolean {
		return this.#items.has(item);
	}

	override iterate(): Value[] {
		return this.#items.keys();
	}

	override length(): number {
		return this.#items.size;
	}

	override equals(other: Value): boolean {
		return other instanceof PySet && other.length() === this.length() && this.iterate().every((x) => other.contains(x));
	}

	override toText(): string {
		return this.length() === 0 ? "set()" : `{${this.iterate().map(repr).join(", ")}}`;
	}

	override toPlainValue(): Value {
		return typeError("Object of type set is not JSON serializable");
	}

	without(items: readonly Value[]): PySet {
		const gone = PySet.from([...items]);
		return PySet.from(this.iterate().filter((item) => !gone.contains(item)));
	}

	within(items: readonly Value[]): PySet {
		const kept = PySet.from([...items]);
		return PySet.from(this.iterate().filter((item) => kept.contains(item)));
	}

	with(items: readonly Value[]): PySet {
		return PySet.from([...this.iterate(), ...items]);
	}

	override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value {
		if (operator !== "-" || reflected || !(other instanceof PySet || other instanceof DictView)) return undefined;
		return this.without(itemsOf(other));
	}

	override attribute(name: string): Value {
		const run = this.#method(name);
		return run === null ? undefined : new HostFunction(name, (args) => run(args.positional));
	}

	#method(name: string): ((given: readonly Value[]) => Value) | null {
		const all = (given: readonly Value[]): Value[] => given.flatMap((g) => [...iterate(g)]);
		switch (name) {
			case "add":
				return ([item]) => this.#changed(() => this.add(item));
			case "discard":
				return ([item]) => this.#changed(() => this.delete(item));
			case "remove":
				return ([item]) => {
					if (!this.delete(item)) fail("TFM-JINJA-015", { kind: "key", problem: `KeyError: ${repr(item)}` });
					return null;
				};
			case "pop":
				return () => {
					if (this.length() === 0) fail("TFM-JINJA-015", { kind: "key", problem: "pop from an empty set" });
					const [first] = this.iterate();
					this.delete(first);
					return first;
				};
			case "clear":
				return () => this.#changed(() => this.#items.clear());
			case "copy":
				return () => PySet.from(this.iterate());
			case "update":
				return (given) =>
					this.#changed(() => {
						for (const item of all(given)) this.add(item);
					});
			case "union":
				return (given) => this.with(all(given));
			case "difference":
				return (given) => this.without(all(given));
			case "intersection":
				return (given) => given.reduce<PySet>((set, g) => set.within([...iterate(g)]), PySet.from(this.iterate()));
			case "symmetric_difference":
				return ([other]) => {
					const theirs = PySet.from(other);
					return this.without(theirs.iterate()).with(theirs.without(this.iterate()).iterate());
				};
			case "issubset":
				return ([other]) => this.within([...iterate(other)]).length() === this.length();
			case "issuperset":
				return ([other]) => [...iterate(other)].every((item) => this.contains(item));
			case "isdisjoint":
				return ([other]) => ![...iterate(other)].some((item) => this.contains(item));
		}
		return null;
	}

	#changed(change: () => void): null {
		change();
		return null;
	}
}

/** Jinja's namespace(): the one thing whose attributes a template can assign, also from inside a loop. */
export class Namespace extends HostObject {
	readonly typeName = "Namespace";
	readonly #attributes = new Map<string, Value>();

	override attribute(name: string): Value {
		return this.#attributes.get(name);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.#attributes.get(key) : undefined;
	}

	override setAttribute(name: string, value: Value): void {
		this.#attributes.set(name, value);
	}

	override toText(): string {
		return `<Namespace ${repr(PyDict.fromEntries(this.#attributes))}>`;
	}
}

/** Assigns `target.name = value` in a `set`. Errors: 019 unless the target is a namespace. */
export function assignAttribute(target: Value, name: string, value: Value): void {
	if (target instanceof Namespace) target.setAttribute(name, value);
	else
		fail("TFM-JINJA-019", {
			problem: `cannot assign attribute '${name}' on non-namespace object of type '${typeName(target)}'`,
		});
}
