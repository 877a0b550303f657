/**
 * A dict over the project's own data, converted where it is touched: `graph` and `model` can be asked on every node
 * without turning ten thousand nodes into template values first. A template that changes it (`pop`, `update`) changes
 * what this render sees; nothing behind it can be changed, and `settled` gives what it has become.
 */
import {
	bindArguments,
	equals,
	fromPlain,
	HostFunction,
	HostObject,
	hashKeyOf,
	PyDict,
	PySet,
	PyTuple,
	repr,
	type Value,
} from "../../jinja/jinja.ts";
import { type MappingData, mappingDataOf, type Nulls } from "./mappingData.ts";
import { StoredMapping } from "./storedMapping.ts";

interface Made {
	readonly key: Value;
	readonly value: Value;
	/** What it is a view of. */
	readonly data: unknown;
}

/** What a value has become; `data` itself, which it is a view of, where nothing in it was changed. */
export type Settle = (value: Value, data: unknown) => unknown;

export class LazyMapping extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #data: MappingData;
	readonly #origin: unknown;
	readonly #nulls: Nulls;
	readonly #made = new Map<unknown, Made>();
	/** What it has become by being changed. */
	#own: PyDict | null = null;

	/** `origin`: what `data` was made from, where that is something else. */
	constructor(data: MappingData, nulls: Nulls = "kept", origin: unknown = data) {
		super();
		this.#data = data;
		this.#nulls = nulls;
		this.#origin = origin;
	}

	#get(key: Value): Value {
		if (this.#own !== null) return this.#own.get(key);
		if (!this.#data.kept) return viewOf(this.#data.read(key), this.#nulls);
		const hash = hashKeyOf(key);
		const known = this.#made.get(hash);
		if (known !== undefined) return known.value;
		const data = this.#data.read(key);
		const value = viewOf(data, this.#nulls);
		this.#made.set(hash, { key, value, data });
		return value;
	}

	#names(): readonly Value[] {
		return this.#own === null ? this.#data.keys() : this.#own.keys();
	}

	/** The data behind it while nothing in it was changed, else data as it is now. It is not to be used afterwards. */
	settled(settle: Settle): unknown {
		if (this.#own !== null)
			return StoredMapping.from(
				this.#own.items().map(([key, value]) => [key, settle(value, this.#made.get(hashKeyOf(key))?.data)] as const),
			);
		const changes = [...this.#made.values()].flatMap(({ key, value, data }) => {
			const now = settle(value, data);
			return now === data ? [] : [[key, now] as const];
		});
		return changes.length === 0 ? this.#origin : StoredMapping.of(this.#data).with(changes);
	}

	override ownDict(): PyDict {
		this.#own ??= this.toDict();
		return this.#own;
	}

	override item(key: Value): Value {
		return this.#get(key);
	}

	/** dict's own methods first, then keys, as Jinja looks attributes of a dict up. */
	override attribute(name: string): Value {
		switch (name) {
			case "get":
				return new HostFunction(name, (args) => {
					const { key, default: fallback } = bindArguments("get", ["key", "default?"], args);
					return this.item(key) ?? fallback ?? null;
				});
			case "keys":
				return new HostFunction(name, () => [...this.#names()]);
			case "values":
				return new HostFunction(name, () => this.#names().map((key) => this.item(key)));
			case "items":
				return new HostFunction(name, () => this.#names().map((key) => PyTuple.fromItems([key, this.item(key)])));
			case "copy":
				return new HostFunction(name, () => this.toDict());
		}
		return this.#get(name);
	}

	override length(): number {
		return this.#names().length;
	}

	override iterate(): Iterable<Value> {
		return this.#names();
	}

	override contains(key: Value): boolean {
		return this.#own === null ? this.#get(key) !== undefined : this.#own.has(key);
	}

	toDict(): PyDict {
		return PyDict.fromEntries(this.#names().map((key) => [key, this.item(key)]));
	}

	override toPlainValue(): Value {
		return this.toDict();
	}

	override equals(other: Value): boolean {
		return equals(this.toDict(), other instanceof LazyMapping ? other.toDict() : other);
	}

	override toText(): string {
		return repr(this.toDict());
	}
}

/** Plain data as a template value, objects as lazy mappings. Keys that hold undefined do not exist. */
export function viewOf(data: unknown, nulls: Nulls = "kept"): Value {
	if (data instanceof PyTuple) return PyTuple.fromItems(data.map((item) => viewOf(item, nulls)));
	if (Array.isArray(data)) return data.map((item) => viewOf(item, nulls));
	if (data instanceof PySet) return PySet.from(data);
	const mapping = mappingDataOf(data, nulls);
	return mapping === null ? fromPlain(data) : new LazyMapping(mapping, nulls, data);
}
