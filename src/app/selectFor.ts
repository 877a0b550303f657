import type { Diagnostic } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId, ResourceType } from "../core/node.ts";
import { selectNodes } from "../graph/selectNodes.ts";
import { parseSelectorDefinitions } from "../graph/selectorDefinitions.ts";
import { failOnWarnings, type OpenProject } from "./openProject.ts";

export interface Selected {
	readonly selected: ReadonlySet<NodeId>;
	readonly warnings: readonly Diagnostic[];
}

/** What the selection flags pick among these kinds. A source counts only where it has a load: block in a command that loads. */
export function selectFor(invocation: Invocation, project: OpenProject, kinds: readonly ResourceType[]): Selected {
	const { ids, warnings } = selectIds(invocation, project);
	const wanted = new Set<ResourceType>(kinds);
	const selected = new Set(
		ids.filter((id) => {
			const node = findNode(project.manifest, id);
			if (node === undefined || !wanted.has(node.resource_type)) return false;
			return node.resource_type !== "source" || (node.load !== null && node.load !== undefined);
		}),
	);
	return { selected, warnings };
}

/** All kinds of nodes that the selection flags pick, sorted. */
export function selectIds(
	invocation: Invocation,
	project: OpenProject,
): { readonly ids: readonly NodeId[]; readonly warnings: readonly Diagnostic[] } {
	const { flags } = invocation;
	const { selectors } = project.config;
	const chosen = selectNodes(project.manifest, project.graph, {
		select: flags.select,
		exclude: flags.exclude,
		selector: flags.selector,
		layers: flags.layers,
		knownLayers: project.config.project.layering?.layers.map((layer) => layer.name),
		resourceTypes: flags.resourceTypes,
		excludeResourceTypes: flags.excludeResourceTypes,
		indirect: flags.indirectSelection,
		selectors:
			selectors &&
			parseSelectorDefinitions(selectors.entries, { indirect: flags.indirectSelection ?? "eager", at: selectors.at }),
		includeEmpty: invocation.command === "ls",
	});
	if (flags.warnError) failOnWarnings(chosen.warnings);
	return chosen;
}
