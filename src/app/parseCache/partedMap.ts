import { WalkedMap } from "./walkedMap.ts";

const FEW_SEARCHES = 20;

/**
 * A map whose values stand elsewhere, in parts of so many: a part is read when one of its values is asked for, all of
 * them when somebody walks over the values. Its keys cost nothing. Commands that ask for a few nodes of ten thousand
 * (or for none, as `tfm parse` of a project that nobody touched) do not wait for the others.
 */
export class PartedMap<K, V> extends WalkedMap<K, V> {
	readonly #keysOf: () => readonly K[];
	readonly #inPart: number;
	readonly #read: (part: number) => readonly V[];
	readonly #size: number | undefined;
	readonly #parts: (readonly V[] | undefined)[] = [];
	#known: readonly K[] | undefined;
	#places: ReadonlyMap<K, number> | undefined;
	#whole: Map<K, V> | undefined;
	/** The place after the last that was found. */
	#next = 0;
	#searches = 0;

	/**
	 * `read` gives the values of a part, at least one, in the order of the keys; what it throws, asking for one throws.
	 * `size`: how many keys there are, where that is known before they are.
	 */
	constructor(keysOf: () => readonly K[], inPart: number, read: (part: number) => readonly V[], size?: number) {
		super();
		this.#keysOf = keysOf;
		this.#inPart = inPart;
		this.#read = read;
		this.#size = size;
	}

	get #keys(): readonly K[] {
		this.#known ??= this.#keysOf();
		return this.#known;
	}

	get size(): number {
		return this.#size ?? this.#keys.length;
	}

	has(key: K): boolean {
		return this.#place(key) !== undefined;
	}

	get(key: K): V | undefined {
		if (this.#whole !== undefined) return this.#whole.get(key);
		const at = this.#place(key);
		if (at === undefined) return undefined;
		return this.#part(Math.floor(at / this.#inPart))[at % this.#inPart];
	}

	keys(): MapIterator<K> {
		return this.#keys[Symbol.iterator]() as MapIterator<K>;
	}

	/** A list of all places takes as long to make as a few dozen searches. Whoever walks in order asks for the next one. */
	#place(key: K): number | undefined {
		if (this.#places === undefined) {
			const keys = this.#keys;
			if (keys[this.#next] === key) return this.#next++;
			if (this.#searches++ < FEW_SEARCHES) {
				const at = keys.indexOf(key);
				this.#next = at + 1;
				return at === -1 ? undefined : at;
			}
			this.#places = new Map(keys.map((one, at) => [one, at]));
		}
		return this.#places.get(key);
	}

	#part(part: number): readonly V[] {
		this.#parts[part] ??= this.#read(part);
		return this.#parts[part];
	}

	protected all(): Map<K, V> {
		if (this.#whole !== undefined) return this.#whole;
		const whole = new Map<K, V>();
		const keys = this.#keys;
		for (let part = 0, at = 0; at < keys.length; part++)
			for (const value of this.#part(part)) whole.set(keys[at++]!, value);
		this.#whole = whole;
		return whole;
	}
}
