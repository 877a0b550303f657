import type { Manifest } from "../../core/manifest.ts";
import { LazyMapping } from "./lazyMapping.ts";

/** `graph`: the manifest by kinds, each by unique id, converted where it is touched. */
export function graphView(manifest: Manifest): LazyMapping {
	const kinds: Readonly<Record<string, unknown>> = {
		nodes: manifest.nodes,
		sources: manifest.sources,
		exposures: manifest.exposures,
		metrics: {},
		groups: {},
		semantic_models: {},
		saved_queries: {},
		functions: {},
		unit_tests: manifest.unitTests,
	};
	return new LazyMapping(
		() => Object.keys(kinds),
		(key) => (Object.hasOwn(kinds, key) ? kinds[key] : undefined),
	);
}
