/**
 * A dict over the project's own data, converted where it is touched: `graph` and `model` can be asked on every node
 * without turning ten thousand nodes into template values first. A template that changes it (`pop`, `update`) changes
 * what this render sees; nothing behind it can be changed.
 */
import {
	bindArguments,
	equals,
	fromPlain,
	HostFunction,
	HostObject,
	PyDecimal,
	PyDict,
	PyFloat,
	PyTuple,
	repr,
	type Value,
} from "../../jinja/jinja.ts";

/** dbt's `model` leaves out what is null; `graph` keeps it. */
export type Nulls = "kept" | "omitted";

export class LazyMapping extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #keys: () => readonly string[];
	readonly #read: (key: string) => unknown;
	readonly #nulls: Nulls;
	readonly #made = new Map<string, Value>();
	/** What it has become by being changed. */
	#own: PyDict | null = null;

	/** `read` gives plain data, a template value, or undefined for a key that does not exist. */
	constructor(keys: () => readonly string[], read: (key: string) => unknown, nulls: Nulls = "kept") {
		super();
		this.#keys = keys;
		this.#read = read;
		this.#nulls = nulls;
	}

	#get(key: string): Value {
		if (this.#own !== null) return this.#own.get(key);
		if (this.#made.has(key)) return this.#made.get(key);
		const value = viewOf(this.#read(key), this.#nulls);
		this.#made.set(key, value);
		return value;
	}

	#names(): readonly Value[] {
		return this.#own === null ? this.#keys() : this.#own.keys();
	}

	override ownDict(): PyDict {
		this.#own ??= this.toDict();
		return this.#own;
	}

	override item(key: Value): Value {
		if (this.#own !== null) return this.#own.get(key);
		return typeof key === "string" ? this.#get(key) : undefined;
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
		if (this.#own !== null) return this.#own.has(key);
		return typeof key === "string" && this.#get(key) !== undefined;
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
	if (Array.isArray(data)) return data.map((item) => viewOf(item, nulls));
	if (typeof data !== "object" || data === null || isTemplateValue(data)) return fromPlain(data);
	if (data instanceof Map)
		return new LazyMapping(
			() => [...data.keys()],
			(key) => data.get(key),
			nulls,
		);
	const record = data as Readonly<Record<string, unknown>>;
	const exists = (key: string) => record[key] !== undefined && (nulls === "kept" || record[key] !== null);
	return new LazyMapping(
		() => Object.keys(record).filter(exists),
		(key) => (Object.hasOwn(record, key) && exists(key) ? record[key] : undefined),
		nulls,
	);
}

const isTemplateValue = (data: object): boolean =>
	data instanceof HostObject || data instanceof PyDict || data instanceof PyFloat || data instanceof PyDecimal;
