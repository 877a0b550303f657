/** Parts of the project file's configuration that apply to nothing; dbt's UnusedResourceConfigPath. */
import type { Config, ConfigTree, ConfigTrees } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { isRecord } from "./configDefaults.ts";

/** What a node is to the search: kind, whether it is enabled, and the path that configurations are looked up by. */
export interface ConfiguredResource {
	readonly kind: string;
	readonly enabled: boolean;
	readonly fqn: readonly string[];
}

/** dbt's order and names; of kinds that tfm does not know nothing can be said. */
const TREES = {
	models: "model",
	seeds: "seed",
	snapshots: "snapshot",
	sources: "source",
	data_tests: "test",
	unit_tests: "unit_test",
	metrics: "metric",
	semantic_models: "semantic_model",
	saved_queries: "saved_query",
	exposures: "exposure",
	functions: "function",
} as const satisfies { readonly [tree in keyof ConfigTrees]?: string };

/** The paths that set something, shortest first: those of keys with `+` and of values that are no mappings. */
function configuredPaths(tree: ConfigTree, path: readonly string[], found: Map<string, readonly string[]>): void {
	for (const [key, value] of Object.entries(tree)) {
		if (isRecord(value) && !key.startsWith("+")) configuredPaths(value, [...path, key], found);
		else found.set(path.join("\0"), path);
	}
}

/** All beginnings of the paths that resources have. */
function prefixes(resources: Iterable<ConfiguredResource>, into = new Set<string>()): Set<string> {
	for (const { fqn } of resources) {
		into.add("");
		for (let end = 1; end <= fqn.length; end++) into.add(fqn.slice(0, end).join("\0"));
	}
	return into;
}

/** Of the root project only, as in dbt. A disabled node of any kind uses the paths that lead to it. */
export function warnOfUnusedPaths(
	{ project }: Pick<Config, "project">,
	resources: readonly ConfiguredResource[],
	warnings: Diagnostic[],
): void {
	const disabled = prefixes(resources.filter(({ enabled }) => !enabled));
	const unused: string[] = [];
	for (const [tree, kind] of Object.entries(TREES) as [keyof typeof TREES, string][]) {
		const paths = new Map<string, readonly string[]>();
		configuredPaths(project.trees[tree], [], paths);
		if (paths.size === 0) continue;
		const used = prefixes(resources.filter((one) => one.enabled && one.kind === kind));
		for (const [key, path] of paths) if (!used.has(key) && !disabled.has(key)) unused.push([tree, ...path].join("."));
	}
	if (unused.length === 0) return;
	const place = project.places.get(unused[0]?.split(".")[0] ?? "");
	warnings.push(
		diagnostic(
			"TFM-CONFIG-034",
			{ paths: unused },
			{ ...(place === undefined ? {} : { at: place }), severity: "warning" },
		),
	);
}
