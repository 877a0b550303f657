import type { Manifest } from "../../core/manifest.ts";
import type { GraphNode } from "../../core/node.ts";
import { LazyMapping } from "./lazyMapping.ts";
import { nodeFields } from "./nodeView.ts";

/** `graph`: the manifest by kinds, each by unique id, converted where it is touched. */
export function graphView(manifest: Manifest, startedAt: Date): LazyMapping {
	const shown = (nodes: ReadonlyMap<string, GraphNode>): LazyMapping =>
		new LazyMapping(
			() => [...nodes.keys()],
			(id) => {
				const node = nodes.get(id);
				return node === undefined ? undefined : nodeFields(node, startedAt);
			},
		);
	const kinds: Readonly<Record<string, unknown>> = {
		nodes: shown(manifest.nodes),
		sources: shown(manifest.sources),
		exposures: shown(manifest.exposures),
		metrics: shown(manifest.metrics),
		groups: Object.fromEntries(manifest.groups ?? new Map()),
		semantic_models: shown(manifest.semanticModels),
		saved_queries: shown(manifest.savedQueries),
		functions: {},
		unit_tests: manifest.unitTests,
	};
	return new LazyMapping(
		() => Object.keys(kinds),
		(key) => (Object.hasOwn(kinds, key) ? kinds[key] : undefined),
	);
}
