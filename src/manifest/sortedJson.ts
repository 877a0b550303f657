/** JSON with sorted keys, in pieces of a size worth a write. */

/** What JSON can hold; undefined properties are left out. */
export type Json = null | undefined | boolean | number | string | readonly Json[] | { readonly [key: string]: unknown };

type Pieces = Iterable<string>;

/** Characters per piece; larger ones cost memory, smaller ones cost writes. */
const PIECE = 64 * 1024;

export class JsonPieces {
	/** Texts of objects that several nodes share: their configuration. Only frozen objects can be remembered. */
	readonly #texts = new WeakMap<object, string>();

	/** An object whose entries are given in order, sorted by the caller. */
	*object(entries: readonly (readonly [string, Pieces])[]): Generator<string> {
		let open = "{";
		for (const [key, pieces] of entries) {
			yield `${open}${JSON.stringify(key)}:`;
			yield* pieces;
			open = ",";
		}
		yield entries.length === 0 ? "{}" : "}";
	}

	/** An object made of a map, entry by entry, keys sorted. */
	*map<K extends string, V>(map: ReadonlyMap<K, V>, show: (value: V) => unknown): Generator<string> {
		let text = "{";
		let first = true;
		for (const key of [...map.keys()].sort()) {
			text += `${first ? "" : ","}${JSON.stringify(key)}:${this.text(show(map.get(key) as V))}`;
			first = false;
			if (text.length < PIECE) continue;
			yield text;
			text = "";
		}
		yield `${text}}`;
	}

	*value(value: unknown): Generator<string> {
		yield this.text(value);
	}

	text(value: unknown): string {
		if (typeof value === "string") return JSON.stringify(value);
		if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
		const isShared = Object.isFrozen(value);
		const known = isShared ? this.#texts.get(value) : undefined;
		if (known !== undefined) return known;
		const text = Array.isArray(value) ? this.#list(value) : this.#record(value as Record<string, unknown>);
		if (isShared) this.#texts.set(value, text);
		return text;
	}

	#list(items: readonly unknown[]): string {
		if (items.length === 0) return "[]";
		let text = "[";
		for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : ",") + this.text(items[i]);
		return `${text}]`;
	}

	#record(record: Record<string, unknown>): string {
		let text = "";
		for (const key of Object.keys(record).sort()) {
			const value = record[key];
			if (value === undefined) continue;
			text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${this.text(value)}`;
		}
		return `{${text}}`;
	}
}
