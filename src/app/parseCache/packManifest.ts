import type { Location } from "../../core/location.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { GraphNode, NodeId } from "../../core/node.ts";

/** A manifest as plain values, with the places of the nodes that know theirs without reading a file again. */
export interface PackedManifest {
	readonly manifest: Manifest;
	readonly places: ReadonlyMap<GraphNode, Location>;
}

const everyNode = (manifest: Manifest): readonly GraphNode[] => [
	...manifest.nodes.values(),
	...manifest.sources.values(),
	...manifest.exposures.values(),
	...manifest.unitTests.values(),
	...manifest.metrics.values(),
	...manifest.semanticModels.values(),
	...manifest.savedQueries.values(),
	...(manifest.unresolved?.values() ?? []),
	...[...manifest.disabled.values()].flat(),
];

/** `location` is computed on a prototype (manifest/finishedNode.ts), which a serializer leaves behind. */
const asksForPlace = (node: GraphNode): boolean => !Object.hasOwn(node, "location");

export function packManifest(manifest: Manifest): PackedManifest {
	const places = new Map<GraphNode, Location>();
	for (const node of everyNode(manifest))
		if (asksForPlace(node) && node.resource_type !== "test") places.set(node, node.location);
	return { manifest, places };
}

/** The manifest again: nodes that have a place, frozen. `locate` finds the place of a test when somebody asks for it. */
export function unpackManifest(
	{ manifest, places }: PackedManifest,
	locate: (id: NodeId) => Location | undefined,
): Manifest {
	const withPlace = {
		get location(): Location {
			const self = this as unknown as GraphNode;
			const known = places.get(self) ?? locate(self.unique_id);
			return (
				known ?? { file: (self as { readonly original_file_path: string }).original_file_path, line: 1, column: 1 }
			);
		},
	};
	for (const node of everyNode(manifest)) {
		if (asksForPlace(node)) Object.setPrototypeOf(node, withPlace);
		Object.freeze(node);
	}
	return Object.freeze(manifest);
}
