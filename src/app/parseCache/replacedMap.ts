import type { GraphNode, NodeId } from "../../core/node.ts";
import { type KindCounts, kindsOf, type NodeOutline, outlinesOf } from "../../core/nodeOutline.ts";
import { WalkedMap } from "./walkedMap.ts";

/** A map with other values of some of its keys. Made without copying fifty thousand entries for one; copied when it is walked. */
export class ReplacedMap<K, V> extends WalkedMap<K, V> {
	readonly base: ReadonlyMap<K, V>;
	readonly replaced: ReadonlyMap<K, V>;
	#whole: ReadonlyMap<K, V> | undefined;

	constructor(base: ReadonlyMap<K, V>, replaced: ReadonlyMap<K, V>) {
		super();
		this.base = base;
		this.replaced = replaced;
	}

	get size(): number {
		return this.base.size;
	}

	has(key: K): boolean {
		return this.base.has(key);
	}

	get(key: K): V | undefined {
		return this.replaced.has(key) ? this.replaced.get(key) : this.base.get(key);
	}

	keys(): MapIterator<K> {
		return this.base.keys();
	}

	/** Of a map of nodes (core/nodeOutline.ts). */
	*outlines(): Generator<NodeOutline> {
		const [base, replaced] = [this.base, this.replaced] as unknown as readonly ReadonlyMap<NodeId, GraphNode>[];
		for (const outline of outlinesOf(base!)) yield replaced!.get(outline.unique_id) ?? outline;
	}

	/** A text says nothing of what its node is. */
	kinds(): KindCounts {
		return kindsOf(this.base as unknown as ReadonlyMap<NodeId, GraphNode>);
	}

	protected all(): ReadonlyMap<K, V> {
		this.#whole ??= new Map([...this.base, ...this.replaced]);
		return this.#whole;
	}
}

/** `values`: of keys that the map has. However often it is done, one map stands over one. */
export const replaceIn = <K, V>(map: ReadonlyMap<K, V>, values: ReadonlyMap<K, V>): ReadonlyMap<K, V> =>
	map instanceof ReplacedMap
		? new ReplacedMap(map.base, new Map([...map.replaced, ...values]))
		: new ReplacedMap(map, values);
