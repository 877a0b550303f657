import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import { openEvents } from "./commandEvents.ts";
import { compareWithState } from "./earlierRuns.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { failUnselected, selectIds } from "./selectFor.ts";

/** Why one node is selected. */
interface Explanation {
	readonly unique_id: NodeId;
	/** What of it changed; empty where it is as it was. */
	readonly changes: readonly { readonly part: string; readonly says: string }[];
	/** Nodes that it reads, directly or not, and that changed. */
	readonly reads: readonly NodeId[];
}

/**
 * `tfm state explain`: of each selected node, what changed since the state of --state (dbt's comparison) or since a
 * commit (--base: what it does, not how it is written), in words or as JSON.
 */
export async function explainCommand(given: Invocation): Promise<ExitCode> {
	const { model, base } = given.flags.extra;
	const invocation =
		typeof model !== "string" ? given : { ...given, flags: { ...given.flags, select: [...given.flags.select, model] } };
	const project = await openProject(invocation);
	const { flags, stdout } = invocation;
	if (typeof base === "string") {
		const { explainSinceCommit } = await import("./ci/explainSinceCommit.ts");
		return explainSinceCommit(invocation, project, isName(model) ? String(model) : null);
	}
	const state = compareWithState(invocation, project, "the state is to be explained");
	if (state === undefined) fail("TFM-STATE-008", { what: "tfm state explain" });
	const all = flags.select.length + flags.exclude.length === 0 && flags.selector === undefined;
	const asked = all
		? { ...invocation, flags: { ...flags, select: ["state:modified"], indirectSelection: "empty" as const } }
		: invocation;
	const { ids, warnings } = selectIds(asked, project);
	if (ids.length === 0 && isName(model)) failUnselected(warnings);
	const events = openEvents(invocation, project);
	// That nothing changed is an answer, not a slip of the selector.
	for (const remark of warnings)
		if (!all || remark.code !== "TFM-SELECT-005") events({ event: "diagnostic", diagnostic: remark }, "warn");
	const isModified = state.test("modified") ?? (() => false);
	const explained = ids.flatMap((id): readonly Explanation[] => {
		const node = findNode(project.manifest, id);
		if (node === undefined) return [];
		return [{ unique_id: id, changes: state.changesOf(node), reads: changedInputs(project, id, isModified) }];
	});
	if (flags.extra.output === "json") stdout.write(explained.map((one) => `${JSON.stringify(one)}\n`).join(""));
	else
		stdout.write(
			all && ids.length === 0 ? "nothing changed\n" : explained.map((one) => inWords(project, one)).join(""),
		);
	events.close();
	return 0;
}

/** A name that means nothing is a slip; that nothing is `state:modified` is an answer. */
export const isName = (written: unknown): boolean => typeof written === "string" && !written.includes(":");

/** The nearest changed nodes above: what lies behind them is theirs to explain. */
function changedInputs(
	{ graph, manifest }: OpenProject,
	of: NodeId,
	isModified: (node: GraphNode) => boolean,
): readonly NodeId[] {
	const found = new Set<NodeId>();
	const seen = new Set<NodeId>();
	const waiting = [...graph.parents(of)];
	for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
		if (seen.has(id)) continue;
		seen.add(id);
		const node = findNode(manifest, id);
		if (node !== undefined && isModified(node)) found.add(id);
		else waiting.push(...graph.parents(id));
	}
	return [...found].sort();
}

function inWords({ manifest }: OpenProject, { unique_id: id, changes, reads }: Explanation): string {
	const node = findNode(manifest, id);
	const lines = [
		...changes.map(({ says }) => says),
		...reads.map((read) => `it reads ${findNode(manifest, read)?.name ?? read}, which changed`),
	];
	if (lines.length === 0) lines.push("it is as it was");
	return `${node?.resource_type} ${node?.name}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
