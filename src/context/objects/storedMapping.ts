/** A dict as templates left it, with keys of any kind: data that never changes. */
import { PyDict, type Value } from "../../jinja/jinja.ts";
import { MappingData } from "./mappingData.ts";

export class StoredMapping extends MappingData {
	/** A PyDict, for Python's rules of which keys are one; its values are data, which it does not look at. */
	readonly #entries: PyDict;

	private constructor(entries: PyDict) {
		super();
		this.#entries = entries;
	}

	static of(data: MappingData): StoredMapping {
		if (data instanceof StoredMapping) return data;
		return StoredMapping.from(data.keys().map((key) => [key, data.read(key)] as const));
	}

	static from(entries: Iterable<readonly [Value, unknown]>): StoredMapping {
		return new StoredMapping(PyDict.fromEntries(entries as Iterable<readonly [Value, Value]>));
	}

	override keys(): readonly Value[] {
		return this.#entries.keys();
	}

	override read(key: Value): unknown {
		return this.#entries.get(key);
	}

	with(changes: Iterable<readonly [Value, unknown]>): StoredMapping {
		const entries = this.#entries.copy();
		for (const [key, data] of changes) entries.set(key, data as Value);
		return new StoredMapping(entries);
	}

	without(keys: Iterable<Value>): StoredMapping {
		const entries = this.#entries.copy();
		for (const key of keys) entries.delete(key);
		return new StoredMapping(entries);
	}
}
