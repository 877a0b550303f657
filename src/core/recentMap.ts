/** What is cheap to make again: of so many that were made, those that were asked for last. */
export class RecentMap<K, V> {
	readonly #most: number;
	readonly #kept = new Map<K, V>();

	constructor(most: number) {
		this.#most = most;
	}

	get size(): number {
		return this.#kept.size;
	}

	/** The one that is kept, else what `make` gives, which is kept. */
	of(key: K, make: () => V): V {
		const known = this.#kept.get(key);
		const value = known === undefined && !this.#kept.has(key) ? make() : (known as V);
		// A map walks over its keys in the order in which they came: the first is the one that nobody asked for longest.
		this.#kept.delete(key);
		this.#kept.set(key, value);
		if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value as K);
		return value;
	}
}
