import { fail } from "../../core/diagnostic.ts";
import { type Arguments, HostFunction, HostObject, PyDict, repr, type Value } from "../../jinja/jinja.ts";
import { iterableItems } from "./iterableItems.ts";

/** A Python set, as `set([…])` gives it. It keeps the order in which items came, so that output is repeatable. */
export class SetObject extends HostObject {
	readonly typeName = "set";
	readonly #items: PyDict;

	constructor(items: Iterable<Value>) {
		super();
		this.#items = new PyDict();
		for (const item of items) this.#items.set(item, true);
	}

	override length(): number {
		return this.#items.size;
	}

	override iterate(): Value[] {
		return this.#items.keys();
	}

	override contains(value: Value): boolean {
		return this.#items.has(value);
	}

	override equals(other: Value): boolean {
		return other instanceof SetObject && other.length() === this.length() && this.isSubsetOf(other);
	}

	isSubsetOf(other: SetObject): boolean {
		return this.iterate().every((item) => other.contains(item));
	}

	override toText(): string {
		return this.length() === 0 ? "set()" : `{${this.iterate().map(repr).join(", ")}}`;
	}

	override binary(operator: string, other: Value, reflected: boolean): Value {
		if (operator !== "-" || reflected || !(other instanceof SetObject)) return undefined;
		return new SetObject(this.iterate().filter((item) => !other.contains(item)));
	}

	override attribute(name: string): Value {
		const method = METHODS.get(name);
		return method === undefined ? undefined : new HostFunction(name, (args) => method(this, this.#items, args));
	}
}

const others = (args: Arguments): SetObject[] => args.positional.map((value) => new SetObject(iterableItems(value)));

type Method = (self: SetObject, items: PyDict, args: Arguments) => Value;

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
	[
		"add",
		(_s, items, { positional: [value] }) => {
			items.set(value, true);
			return null;
		},
	],
	[
		"discard",
		(_s, items, { positional: [value] }) => {
			items.delete(value);
			return null;
		},
	],
	[
		"remove",
		(_s, items, { positional: [value] }) =>
			items.delete(value) ? null : fail("TFM-JINJA-015", { problem: repr(value), kind: "key" }),
	],
	[
		"update",
		(_s, items, args) => {
			for (const other of others(args)) for (const item of other.iterate()) items.set(item, true);
			return null;
		},
	],
	["copy", (self) => new SetObject(self.iterate())],
	["union", (self, _i, args) => new SetObject([self, ...others(args)].flatMap((set) => set.iterate()))],
	[
		"intersection",
		(self, _i, args) => {
			const sets = others(args);
			return new SetObject(self.iterate().filter((item) => sets.every((set) => set.contains(item))));
		},
	],
	[
		"difference",
		(self, _i, args) => {
			const sets = others(args);
			return new SetObject(self.iterate().filter((item) => !sets.some((set) => set.contains(item))));
		},
	],
	[
		"symmetric_difference",
		(self, _i, args) => {
			const [other = new SetObject([])] = others(args);
			const only = (a: SetObject, b: SetObject) => a.iterate().filter((item) => !b.contains(item));
			return new SetObject([...only(self, other), ...only(other, self)]);
		},
	],
	["issubset", (self, _i, args) => others(args).every((other) => self.isSubsetOf(other))],
	["issuperset", (self, _i, args) => others(args).every((other) => other.isSubsetOf(self))],
	["isdisjoint", (self, _i, args) => others(args).every((o) => !o.iterate().some((item) => self.contains(item)))],
]);
