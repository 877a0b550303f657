/** A map that is put together only when somebody walks over its values; what it holds alone is for who makes it. */
export abstract class WalkedMap<K, V> implements ReadonlyMap<K, V> {
	abstract readonly size: number;
	abstract has(key: K): boolean;
	abstract get(key: K): V | undefined;
	abstract keys(): MapIterator<K>;
	/** The same map each time. */
	protected abstract all(): ReadonlyMap<K, V>;

	values(): MapIterator<V> {
		return this.all().values();
	}

	entries(): MapIterator<[K, V]> {
		return this.all().entries();
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.entries();
	}

	forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
		for (const [key, value] of this.all()) visit(value, key, this);
	}
}
