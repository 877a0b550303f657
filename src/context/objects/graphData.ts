import type { Manifest } from "../../core/manifest.ts";
import type { GraphNode } from "../../core/node.ts";
import { CopiedData, LazyData, type MappingData } from "./mappingData.ts";
import { nodeFields } from "./nodeView.ts";

/** What stands behind `graph`: the manifest by kinds, each by unique id. A node is a new dict each time it is read (dbt). */
export function graphData(manifest: Manifest, startedAt: Date): MappingData {
	const shown = (nodes: ReadonlyMap<string, GraphNode>): MappingData =>
		new CopiedData(
			() => [...nodes.keys()],
			(id) => {
				const node = nodes.get(id);
				return node === undefined ? undefined : nodeFields(node, startedAt);
			},
		);
	// By what ids begin with: looked at when a template looks at `graph`, which few do.
	const isFunction = (id: string): boolean => id.startsWith("function.");
	let parts: { readonly nodes: MappingData; readonly functions: MappingData } | undefined;
	const byKind = () => {
		if (parts !== undefined) return parts;
		const hasFunctions = [...manifest.nodes.keys()].some(isFunction);
		const part = (functions: boolean): ReadonlyMap<string, GraphNode> =>
			new Map([...manifest.nodes].filter(([id]) => isFunction(id) === functions));
		// Tests of what is disabled stand among the nodes, as in manifest.json (dbt).
		const { unresolved } = manifest;
		const nodes = hasFunctions ? part(false) : manifest.nodes;
		parts = {
			nodes: shown(unresolved === undefined || unresolved.size === 0 ? nodes : new Map([...nodes, ...unresolved])),
			functions: shown(hasFunctions ? part(true) : new Map()),
		};
		return parts;
	};
	const kinds: Readonly<Record<string, unknown>> = {
		get nodes() {
			return byKind().nodes;
		},
		sources: shown(manifest.sources),
		exposures: shown(manifest.exposures),
		metrics: shown(manifest.metrics),
		groups: Object.fromEntries(manifest.groups ?? new Map()),
		semantic_models: shown(manifest.semanticModels),
		saved_queries: shown(manifest.savedQueries),
		get functions() {
			return byKind().functions;
		},
		unit_tests: manifest.unitTests,
	};
	return new LazyData(
		() => Object.keys(kinds),
		(key) => (Object.hasOwn(kinds, key) ? kinds[key] : undefined),
	);
}
