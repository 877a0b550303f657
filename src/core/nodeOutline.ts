import type { GraphNode, NodeId, ResourceType } from "./node.ts";

/**
 * What names a node and says where it belongs: all that most selectors ask, and what a run asks of nodes that it does
 * not build. Every node is one.
 */
export interface NodeOutline {
	readonly unique_id: NodeId;
	readonly name: string;
	readonly resource_type: ResourceType;
	readonly package_name: string;
	readonly original_file_path: string;
	readonly fqn: readonly string[];
	readonly tags: readonly string[];
	readonly layer: string | null;
	readonly patch_path?: string | null;
	/** Of a model. */
	readonly version?: string | number | null;
	readonly database?: string | null;
	readonly schema?: string | null;
	/** Of its text or file. */
	readonly checksum?: string | { readonly checksum: string };
	/** Of a generic test. */
	readonly test_metadata?: { readonly name: string } | null;
}

export type KindCounts = ReadonlyMap<ResourceType, number>;

/** A map of nodes that can name them without having read them, and count them without having named them. */
interface OutlinedMap {
	outlines(): Iterable<NodeOutline>;
	kinds(): KindCounts;
}

const isOutlined = (map: object): map is OutlinedMap => "outlines" in map && typeof map.outlines === "function";

/** Of all nodes of the map, in its order; the nodes themselves where they have been read. */
export const outlinesOf = (map: ReadonlyMap<NodeId, GraphNode>): Iterable<NodeOutline> =>
	isOutlined(map) ? map.outlines() : map.values();

/** How many nodes of each kind the map has. */
export function kindsOf(map: ReadonlyMap<NodeId, GraphNode>): KindCounts {
	if (isOutlined(map)) return map.kinds();
	const counts = new Map<ResourceType, number>();
	for (const { resource_type: kind } of map.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
	return counts;
}
