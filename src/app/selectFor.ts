import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type NodeId, nodeId, type ResourceType } from "../core/node.ts";
import { rejectsName, writtenQuarantine } from "../core/quarantine.ts";
import { suggestName } from "../core/suggestName.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { type CommandKinds, type SelectionResult, selectNodes } from "../graph/selectNodes.ts";
import { parseSelectorDefinitions } from "../graph/selectorDefinitions.ts";
import { earlierRunsOf } from "./earlierRuns.ts";
import type { OpenProject } from "./openProject.ts";

export interface Selected {
	readonly selected: ReadonlySet<NodeId>;
	readonly warnings: readonly Diagnostic[];
}

/** What the selection flags pick among these kinds. A source counts only where it has a load: block in a command that loads. */
export function selectFor(invocation: Invocation, project: OpenProject, kinds: readonly ResourceType[]): Selected {
	const { ids, warnings } = selectIds(invocation, project, { all: kinds });
	const selected = new Set(
		ids.filter((id) => {
			const node = findNode(project.manifest, id);
			if (node?.resource_type !== "source") return true;
			// Landing tables are everybody's, also of who works in an environment.
			return node.load !== null && node.load !== undefined && project.environment === undefined;
		}),
	);
	if (kinds.includes("model")) withRejects(project, selected);
	return { selected, warnings };
}

/** For commands that make no sense without a node: what selected nothing is an error. */
export function failUnselected(warnings: readonly Diagnostic[]): void {
	const empty = warnings.filter(({ code }) => code === "TFM-SELECT-005");
	if (empty.length > 0) throw new TfmError(empty.map((warning) => ({ ...warning, severity: "error" })));
}

/** A model and the rows that its quarantine turned away are of one run. */
function withRejects({ manifest }: OpenProject, selected: Set<NodeId>): void {
	for (const id of [...selected]) {
		const node = manifest.nodes.get(id);
		if (node?.resource_type !== "model" || writtenQuarantine(node.config) === undefined) continue;
		const { rejects_of: of } = node.config;
		const partner = typeof of === "string" ? nodeId(of) : nodeId(rejectsName(id));
		if (manifest.nodes.has(partner)) selected.add(partner);
	}
}

/** The nodes that the selection flags pick, sorted, of the kinds that the command deals in (absent = all). */
export function selectIds(invocation: Invocation, project: OpenProject, kinds?: CommandKinds): SelectionResult {
	const { flags } = invocation;
	const { selectors, project: settings } = project.config;
	const indirect = indirectOf(invocation, project);
	const chosen = selectNodes(project.manifest, project.graph, {
		select: flags.select,
		exclude: flags.exclude,
		selector: flags.selector,
		layers: flags.layers,
		knownLayers: settings.layering?.layers.map((layer) => layer.name),
		resourceTypes: flags.resourceTypes,
		excludeResourceTypes: flags.excludeResourceTypes,
		kinds,
		indirect,
		selectors: selectors && parseSelectorDefinitions(selectors.entries, { indirect, at: selectors.at }),
		includeEmpty: invocation.command === "ls",
		existsInRoot: (path) => existsSync(join(settings.root, path)),
		earlier: earlierRunsOf(invocation, project),
	});
	return { ...chosen, warnings: judgeWarnings(chosen.warnings, flags) };
}

const MODES = ["eager", "cautious", "buildable", "empty"] as const;

/** `--indirect-selection` or its variable, then the project's `flags:`, then eager (dbt's order). */
function indirectOf({ flags }: Invocation, { config }: OpenProject): (typeof MODES)[number] {
	const written = config.project.flags.indirect_selection;
	if (flags.indirectSelection !== undefined) return flags.indirectSelection;
	if (written === undefined || written === null) return "eager";
	const value = String(written).toLowerCase();
	return (
		MODES.find((mode) => mode === value) ?? fail("TFM-SELECT-016", { value, suggestion: suggestName(value, MODES) })
	);
}
