/** Plain data as mappings that are read key by key: what stands behind a LazyMapping. */
import { HostObject, PyDecimal, PyDict, PyFloat, type Value } from "../../jinja/jinja.ts";

/** The values are plain data or template values; undefined is a key that does not exist. Never changes. */
export abstract class MappingData {
	/** False: each reading of a key gives a mapping of its own, so that nothing a template changes in one is kept. */
	readonly kept: boolean = true;
	abstract keys(): readonly Value[];
	abstract read(key: Value): unknown;
}

/** Named values that are made when they are first asked for. */
export class LazyData extends MappingData {
	readonly #names: () => readonly string[];
	readonly #read: (name: string) => unknown;
	readonly #known = new Map<string, unknown>();

	constructor(names: () => readonly string[], read: (name: string) => unknown) {
		super();
		this.#names = names;
		this.#read = read;
	}

	override keys(): readonly string[] {
		return this.#names();
	}

	override read(key: Value): unknown {
		if (typeof key !== "string") return undefined;
		if (!this.#known.has(key)) this.#known.set(key, this.#read(key));
		return this.#known.get(key);
	}
}

/** dbt's `model` leaves out what is null; `graph` keeps it. */
export type Nulls = "kept" | "omitted";

const isTemplateValue = (data: object): boolean =>
	data instanceof HostObject || data instanceof PyDict || data instanceof PyFloat || data instanceof PyDecimal;

/** A Map or a record as a mapping; null for what is neither. Keys of a record that hold undefined do not exist. */
export function mappingDataOf(data: unknown, nulls: Nulls = "kept"): MappingData | null {
	if (data instanceof MappingData) return data;
	if (typeof data !== "object" || data === null || Array.isArray(data) || isTemplateValue(data)) return null;
	if (data instanceof Map) return new MapData(data);
	return new RecordData(data as Readonly<Record<string, unknown>>, nulls);
}

/** Named values of which a template gets a copy each time. */
export class CopiedData extends LazyData {
	override readonly kept = false;
}

class MapData extends MappingData {
	readonly #map: ReadonlyMap<string, unknown>;

	constructor(map: ReadonlyMap<string, unknown>) {
		super();
		this.#map = map;
	}

	override keys(): readonly string[] {
		return [...this.#map.keys()];
	}

	override read(key: Value): unknown {
		return typeof key === "string" ? this.#map.get(key) : undefined;
	}
}

/** Keys that hold undefined do not exist. */
export class RecordData extends MappingData {
	readonly #record: Readonly<Record<string, unknown>>;
	readonly #nulls: Nulls;

	constructor(record: Readonly<Record<string, unknown>>, nulls: Nulls = "kept") {
		super();
		this.#record = record;
		this.#nulls = nulls;
	}

	override keys(): readonly string[] {
		return Object.keys(this.#record).filter((key) => this.#exists(key));
	}

	override read(key: Value): unknown {
		return typeof key === "string" && Object.hasOwn(this.#record, key) && this.#exists(key)
			? this.#record[key]
			: undefined;
	}

	#exists(key: string): boolean {
		const value = this.#record[key];
		return value !== undefined && (this.#nulls === "kept" || value !== null);
	}
}
