/**
 * A read-only dict over the project's own data, converted where it is touched: `graph` and `model` can be asked on
 * every node without turning ten thousand nodes into template values first. Nothing behind it can be changed.
 */
import { bindArguments, fromPlain, HostFunction, HostObject, PyDict, PyTuple, type Value } from "../../jinja/jinja.ts";

export class LazyMapping extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #keys: () => readonly string[];
	readonly #read: (key: string) => unknown;
	readonly #made = new Map<string, Value>();

	/** `read` gives plain data, a template value, or undefined for a key that does not exist. */
	constructor(keys: () => readonly string[], read: (key: string) => unknown) {
		super();
		this.#keys = keys;
		this.#read = read;
	}

	#get(key: string): Value {
		if (this.#made.has(key)) return this.#made.get(key);
		const value = viewOf(this.#read(key));
		this.#made.set(key, value);
		return value;
	}

	override item(key: Value): Value {
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
				return new HostFunction(name, () => [...this.#keys()]);
			case "values":
				return new HostFunction(name, () => this.#keys().map((key) => this.#get(key)));
			case "items":
				return new HostFunction(name, () => this.#keys().map((key) => PyTuple.fromItems([key, this.#get(key)])));
			case "copy":
				return new HostFunction(name, () => this.toDict());
		}
		return this.#get(name);
	}

	override length(): number {
		return this.#keys().length;
	}

	override iterate(): Iterable<Value> {
		return this.#keys();
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && this.#get(key) !== undefined;
	}

	toDict(): PyDict {
		return PyDict.fromEntries(this.#keys().map((key) => [key, this.#get(key)]));
	}

	override toPlainValue(): Value {
		return this.toDict();
	}

	override toText(): string {
		return `{${this.#keys()
			.map((key) => `'${key}': …`)
			.join(", ")}}`;
	}
}

/** Plain data as a template value, objects as lazy mappings. Keys that hold undefined do not exist. */
export function viewOf(data: unknown): Value {
	if (Array.isArray(data)) return data.map(viewOf);
	if (typeof data !== "object" || data === null || isTemplateValue(data)) return fromPlain(data);
	if (data instanceof Map)
		return new LazyMapping(
			() => [...data.keys()],
			(key) => data.get(key),
		);
	const record = data as Readonly<Record<string, unknown>>;
	return new LazyMapping(
		() => Object.keys(record).filter((key) => record[key] !== undefined),
		(key) => (Object.hasOwn(record, key) ? record[key] : undefined),
	);
}

const isTemplateValue = (data: object): boolean => data instanceof HostObject || data instanceof PyDict;
