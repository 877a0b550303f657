/**
 * What ref() and source() mean, over a finished set of nodes. The order of packages is dbt's: a name with a package is
 * looked up there alone; a bare name in the root project, then (for a node of a package) in its own, then anywhere,
 * where it must be the only one.
 */
import type { Manifest } from "../core/manifest.ts";
import { compareModelVersions } from "../core/modelVersions.ts";
import type { ExecutableNode, GraphNode, MetricNode, NodeId, RefArgs, SourceNode } from "../core/node.ts";
import { outlinesOf } from "../core/nodeOutline.ts";
import { suggestName } from "../core/suggestName.ts";

export type Found<T> =
	| { readonly kind: "found"; readonly node: T }
	| { readonly kind: "disabled"; readonly id: string }
	| { readonly kind: "ambiguous"; readonly candidates: readonly string[] }
	| { readonly kind: "missing"; readonly suggestion: string | undefined };

export interface References {
	ref(args: RefArgs, fromPackage: string): Found<ExecutableNode>;
	source(source: string, table: string, fromPackage: string): Found<SourceNode>;
	/** The newest version of a model, where it is newer than the one that references without a version mean. */
	newerThan(node: ExecutableNode): string | number | null;
	/** One or two names, as function() takes them. */
	function(names: readonly string[], fromPackage: string): Found<ExecutableNode>;
	/** One or two names, as metric() takes them. */
	metric(names: readonly string[], fromPackage: string): Found<MetricNode>;
}

export interface ReferenceOptions {
	readonly rootPackage: string;
	/** dbt's flag require_ref_searches_node_package_before_root. */
	readonly ownPackageFirst: boolean;
}

const REFERABLE = new Set(["model", "seed", "snapshot"]);

interface Named {
	readonly package_name: string;
	readonly unique_id: string;
}

function byName<T, V>(
	items: Iterable<T>,
	key: (item: T) => string,
	value: (item: T) => V,
): ReadonlyMap<string, readonly V[]> {
	const map = new Map<string, V[]>();
	for (const item of items) {
		const name = key(item);
		const list = map.get(name);
		if (list === undefined) map.set(name, [value(item)]);
		else list.push(value(item));
	}
	return map;
}

/** Without a version: unversioned nodes and latest versions. With one: that version, 1 and "1" being the same. */
function versionMatches(node: GraphNode, version: string | number | null): boolean {
	if (node.resource_type !== "model") return version === null;
	if (version !== null) return node.version !== null && String(node.version) === String(version);
	return node.version === null || String(node.version) === String(node.latest_version);
}

const itself = <T>(item: T): T => item;

const sourceKey = (source: string, table: string): string => `${source}\0${table}`;

interface Names {
	readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
	readonly functions: ReadonlyMap<string, readonly NodeId[]>;
	/** Of how many nodes. */
	readonly size: number;
}

/** By what an edit of a text leaves as it is: names are asked for again after each, under `compile --watch`. */
const namesKnown = new WeakMap<Manifest["children"], Names>();

/** By what names the nodes, so that most of them need not be read (core/nodeOutline.ts). */
function namesOf({ nodes, children }: Manifest): Names {
	const known = namesKnown.get(children);
	if (known?.size === nodes.size) return known;
	const outlines = [...outlinesOf(nodes)];
	const named = (kinds: ReadonlySet<string>) =>
		byName(
			outlines.filter(({ resource_type: kind }) => kinds.has(kind)),
			({ name }) => name,
			({ unique_id: id }) => id,
		);
	const names = { nodes: named(REFERABLE), functions: named(new Set(["function"])), size: nodes.size };
	namesKnown.set(children, names);
	return names;
}

export function createReferences(manifest: Manifest, options: ReferenceOptions): References {
	const { nodes, functions } = namesOf(manifest);
	const nodesOf = (ids: readonly NodeId[] | undefined): readonly ExecutableNode[] =>
		ids === undefined ? [] : ids.map((id) => manifest.nodes.get(id)!);
	const sources = byName(manifest.sources.values(), (node) => sourceKey(node.source_name, node.name), itself);
	const disabled = [...manifest.disabled.values()].flat();
	const disabledNodes = byName(
		disabled,
		(node) => (node.resource_type === "source" ? sourceKey(node.source_name, node.name) : node.name),
		itself,
	);

	const packagesFor = (fromPackage: string): readonly (string | null)[] => {
		if (fromPackage === options.rootPackage) return [fromPackage, null];
		const order = [options.rootPackage, fromPackage];
		return [...(options.ownPackageFirst ? order.reverse() : order), null];
	};

	function choose<T extends Named>(candidates: readonly T[], packages: readonly (string | null)[]): Found<T> | null {
		for (const name of packages) {
			const here = name === null ? candidates : candidates.filter((node) => node.package_name === name);
			const [node] = here;
			if (node === undefined) continue;
			if (here.length > 1) return { kind: "ambiguous", candidates: here.map((n) => n.unique_id).sort() };
			return { kind: "found", node };
		}
		return null;
	}

	return Object.freeze({
		ref(args: RefArgs, fromPackage: string): Found<ExecutableNode> {
			const packages = args.package === null ? packagesFor(fromPackage) : [args.package];
			const fits = (node: GraphNode) => versionMatches(node, args.version);
			const chosen = choose(nodesOf(nodes.get(args.name)).filter(fits), packages);
			if (chosen !== null) return chosen;
			const off = choose(
				(disabledNodes.get(args.name) ?? []).filter((node) => REFERABLE.has(node.resource_type) && fits(node)),
				packages,
			);
			if (off?.kind === "found") return { kind: "disabled", id: off.node.unique_id };
			return { kind: "missing", suggestion: suggestName(args.name, nodes.keys()) };
		},
		newerThan(node: ExecutableNode): string | number | null {
			if (node.resource_type !== "model" || node.version === null || node.latest_version === null) return null;
			// dbt looks at models of that name in any package.
			const versions = nodesOf(nodes.get(node.name)).flatMap((one) =>
				one.resource_type === "model" && one.version !== null ? [one.version] : [],
			);
			const [newest] = versions.sort((a, b) => compareModelVersions(b, a));
			return newest !== undefined && compareModelVersions(newest, node.latest_version) > 0 ? newest : null;
		},
		function(names: readonly string[], fromPackage: string): Found<ExecutableNode> {
			const name = names.at(-1) ?? "";
			const packages = names.length > 1 ? names.slice(0, 1) : packagesFor(fromPackage);
			const chosen = choose(nodesOf(functions.get(name)), packages);
			if (chosen !== null) return chosen;
			const off = disabledNodes.get(name)?.find((node) => node.resource_type === "function");
			if (off !== undefined) return { kind: "disabled", id: off.unique_id };
			return { kind: "missing", suggestion: suggestName(name, functions.keys()) };
		},
		metric(names: readonly string[], fromPackage: string): Found<MetricNode> {
			const name = names.at(-1) ?? "";
			const packages = names.length > 1 ? names.slice(0, 1) : packagesFor(fromPackage);
			const alike = [...manifest.metrics.values()].filter((node) => node.name === name);
			const chosen = choose(alike, packages);
			if (chosen !== null) return chosen;
			const off = disabledNodes.get(name)?.find((node) => node.resource_type === "metric");
			if (off !== undefined) return { kind: "disabled", id: off.unique_id };
			const known = [...manifest.metrics.values()].map((node) => node.name);
			return { kind: "missing", suggestion: suggestName(name, known) };
		},
		source(source: string, table: string, fromPackage: string): Found<SourceNode> {
			const key = sourceKey(source, table);
			const chosen = choose(sources.get(key) ?? [], packagesFor(fromPackage));
			if (chosen !== null) return chosen;
			const off = choose(disabledNodes.get(key) ?? [], packagesFor(fromPackage));
			if (off?.kind === "found") return { kind: "disabled", id: off.node.unique_id };
			const near = suggestName(key, sources.keys())?.replace("\0", ".");
			return { kind: "missing", suggestion: near };
		},
	});
}
