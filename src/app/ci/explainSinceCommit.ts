import type { ExitCode, Invocation } from "../../core/invocation.ts";
import { type ChangeReason, compareStates, type NodeChange } from "../../state/compareStates.ts";
import { openEvents } from "../commandEvents.ts";
import type { OpenProject } from "../openProject.ts";
import { failUnselected, selectIds } from "../selectFor.ts";
import { baseState } from "./baseState.ts";
import { ciSettings } from "./ciSettings.ts";
import { findBase } from "./findBase.ts";
import { headState } from "./headState.ts";
import { statesOfBase } from "./stateStore.ts";

interface Explanation {
	readonly unique_id: string;
	readonly change: NodeChange["change"] | "none";
	readonly reasons: readonly ChangeReason[];
	/** Inputs that have to be built again, directly or through others. */
	readonly reads: readonly string[];
}

/**
 * `tfm state explain --base`: of each selected node whether it has to be built again since a commit, and why. `name`
 * is one of the words that select; nodes that are gone are called by theirs, too. Throws TFM-SELECT-005 where it means
 * nothing.
 */
export async function explainSinceCommit(
	invocation: Invocation,
	project: OpenProject,
	name: string | null,
): Promise<ExitCode> {
	const { flags, stdout } = invocation;
	const settings = ciSettings(project.config.project);
	const { base } = await findBase(invocation, project, settings);
	const store = statesOfBase(settings.state, project.config.project.root, invocation);
	const { state: now, lines } = await headState(invocation, project);
	const { state: before, warnings } = await baseState(invocation, project, { commit: base, store, lines });
	const changes = new Map(compareStates(before, now).map((change) => [change.id, change]));
	const all = flags.select.length + flags.exclude.length === 0 && flags.selector === undefined;
	const gone = [...changes.values()].flatMap((change) =>
		change.change === "removed" && (change.id === name || change.was.name === name) ? [change.id] : [],
	);
	const chosen =
		all || gone.length > 0 ? { ids: all ? [...changes.keys()] : gone, warnings: [] } : selectIds(invocation, project);
	if (name !== null && chosen.ids.length === 0) failUnselected(chosen.warnings);
	const built = new Set([...changes.values()].flatMap(({ id, change }) => (isBuilt(change) ? [id] : [])));
	const explained = chosen.ids.map((id): Explanation => {
		const change = changes.get(id);
		return {
			unique_id: id,
			change: change?.change ?? "none",
			reasons: change !== undefined && "reasons" in change ? change.reasons : [],
			reads: (now.nodes[id]?.reads ?? []).filter((input) => built.has(input)),
		};
	});
	const events = openEvents(invocation, project);
	for (const one of [...warnings, ...chosen.warnings]) events({ event: "diagnostic", diagnostic: one }, "warn");
	const nameOf = (id: string): string => {
		const node = now.nodes[id] ?? before.nodes[id];
		return node === undefined ? id : `${node.resource_type.replace("_", " ")} ${node.name}`;
	};
	if (flags.extra.output === "json") stdout.write(explained.map((one) => `${JSON.stringify(one)}\n`).join(""));
	else
		stdout.write(
			all && explained.length === 0 ? "nothing changed\n" : explained.map((one) => inWords(one, nameOf)).join(""),
		);
	events.close();
	return 0;
}

const isBuilt = (change: NodeChange["change"]): boolean => change === "added" || change === "modified";

const SAYS: Readonly<Record<NodeChange["change"] | "none", string | null>> = {
	added: "it is new",
	removed: "it is gone",
	modified: null,
	meta: "its documentation, tags or grants changed; its rows do not",
	moved: "its file has another name; its rows are the same",
	none: null,
};

function inWords({ unique_id: id, change, reasons, reads }: Explanation, nameOf: (id: string) => string): string {
	const said = SAYS[change];
	const lines = [
		...(said === null ? [] : [said]),
		...reasons.map(({ says }) => says),
		...reads.map((input) => `it reads the ${nameOf(input)}, which changed`),
	];
	if (lines.length === 0) lines.push("it is as it was");
	return `${nameOf(id)}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
