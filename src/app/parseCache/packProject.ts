import type { MacroDefinition } from "../../context/context.ts";
import type { Location } from "../../core/location.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { ExecutableNode, GraphNode, NodeId } from "../../core/node.ts";
import type { TimedText } from "./timedTexts.ts";

/** What reading a project found. */
export interface KnownProject {
	readonly manifest: Manifest;
	readonly macros: readonly MacroDefinition[];
	/** What has to be asked again. */
	readonly timed: readonly TimedText[];
}

/** The places of nodes that know theirs without reading a file again; of tests that is none. */
type Places = ReadonlyMap<GraphNode, Location>;

interface FirstPart extends KnownProject {
	/** Without `nodes`. */
	readonly manifest: Manifest;
	readonly places: Places;
}

interface NodesPart {
	readonly nodes: readonly (readonly [NodeId, ExecutableNode])[];
	readonly places: Places;
}

/** Some ten megabytes. What nodes share is written once in a part. */
const NODES_IN_PART = 5000;

const othersIn = (manifest: Manifest): readonly GraphNode[] => [
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

const placesOf = (nodes: readonly GraphNode[]): Places =>
	new Map(
		nodes.flatMap((node) =>
			asksForPlace(node) && node.resource_type !== "test" ? [[node, node.location] as const] : [],
		),
	);

/** Plain values, in parts that need each other in this order. */
export function* packProject({ manifest, macros, timed }: KnownProject): Generator<FirstPart | NodesPart> {
	yield { manifest: { ...manifest, nodes: new Map() }, macros, timed, places: placesOf(othersIn(manifest)) };
	const all = [...manifest.nodes];
	for (let from = 0; from < all.length; from += NODES_IN_PART) {
		const nodes = all.slice(from, from + NODES_IN_PART);
		yield { nodes, places: placesOf(nodes.map(([, node]) => node)) };
	}
}

/** The project again: nodes that have a place, frozen. `locate` finds the place of a test when somebody asks for it. */
export function unpackProject(parts: readonly unknown[], locate: (id: NodeId) => Location | undefined): KnownProject {
	const [first, ...rest] = parts as [FirstPart, ...NodesPart[]];
	const revive = (nodes: Iterable<GraphNode>, places: Places): void => {
		const withPlace = {
			get location(): Location {
				const self = this as unknown as GraphNode;
				const known = places.get(self) ?? locate(self.unique_id);
				return known ?? { file: (self as { original_file_path: string }).original_file_path, line: 1, column: 1 };
			},
		};
		for (const node of nodes) {
			if (asksForPlace(node)) Object.setPrototypeOf(node, withPlace);
			Object.freeze(node);
		}
	};
	revive(othersIn(first.manifest), first.places);
	const nodes = new Map<NodeId, ExecutableNode>();
	for (const part of rest) {
		for (const [id, node] of part.nodes) nodes.set(id, node);
		revive(
			part.nodes.map(([, node]) => node),
			part.places,
		);
	}
	return { manifest: Object.freeze({ ...first.manifest, nodes }), macros: first.macros, timed: first.timed };
}
