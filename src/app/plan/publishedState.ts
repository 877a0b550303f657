/**
 * The state of what stands: of each node as the commit has it whose files its relation was made of (ADR 0047). Runs
 * write their commit down; where a node stands that says none, it counts as not there, and is built.
 */
import { type Diagnostic, diagnostic, fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import type { NodeState, ProjectState } from "../../core/projectState.ts";
import type { Checkout } from "../../core/state.ts";
import { commitOf, isRepository } from "../../git/git.ts";
import { baseState, emptyState } from "../ci/baseState.ts";
import { gitPlace, type HeadState } from "../ci/headState.ts";
import type { CommitStates } from "../ci/stateStore.ts";
import type { OpenProject } from "../openProject.ts";
import { builtOverEarlier } from "./builtOverEarlier.ts";
import type { Standing } from "./readStanding.ts";

export interface PublishedState {
	readonly state: ProjectState;
	/** The one that was published last; null: nothing stands. */
	readonly commit: string | null;
	/** As the files have them, and to be built all the same: why. */
	readonly behind: ReadonlyMap<NodeId, string>;
	readonly warnings: readonly Diagnostic[];
}

interface Asked {
	readonly standing: Standing;
	readonly head: HeadState;
	readonly store: CommitStates | null;
	/** How messages call it: `prod`, `the environment anna`. */
	readonly where: string;
}

const BUILT: ReadonlySet<string> = new Set(["model", "seed", "snapshot", "function"]);

/** Throws TFM-PLAN-001 where nothing that stands says what it was made of, TFM-PLAN-002 for a commit that is not in this clone. */
export async function publishedState(
	invocation: Invocation,
	project: OpenProject,
	{ standing, head, store, where }: Asked,
): Promise<PublishedState> {
	const stand = [...standing.sizes.keys()].filter((id) => project.manifest.nodes.has(id));
	if (stand.length === 0) return { state: emptyState(project, ""), commit: null, behind: new Map(), warnings: [] };
	const made = checkouts(standing);
	if (made.length === 0) fail("TFM-PLAN-001", { where, relations: stand.length });
	const states = new Map<string, ProjectState>();
	const warnings: Diagnostic[] = [];
	for (const { commit } of made) {
		if (states.has(commit)) continue;
		const found = await stateOf(commit, { invocation, project, head, store, where });
		states.set(commit, found.state);
		warnings.push(...found.warnings);
	}
	const dirty = made.filter(({ uncommitted }) => uncommitted);
	if (dirty.length > 0) {
		const nodes = dirty.reduce((all, { ids }) => all + ids.length, 0);
		warnings.push(diagnostic("TFM-PLAN-003", { where, nodes, commit: dirty[0]!.commit }, { severity: "warning" }));
	}
	const newest = states.get(made[0]!.commit)!;
	const commits = new Map(made.flatMap(({ ids, commit }) => ids.map((id) => [id as string, commit] as const)));
	const nodes = Object.entries(newest.nodes).flatMap(([id, node]): [string, NodeState][] => {
		// What the project has no more was there, and what is not built stands nowhere.
		const elsewhere = !BUILT.has(node.resource_type) || node.materialized === "ephemeral";
		return elsewhere || !project.manifest.nodes.has(nodeId(id)) ? [[id, node]] : [];
	});
	for (const [id, commit] of commits) {
		const node = states.get(commit)?.nodes[id];
		if (node !== undefined) nodes.push([id, node]);
	}
	nodes.sort(([a], [b]) => (a < b ? -1 : 1));
	return {
		state: { ...newest, nodes: Object.fromEntries(nodes) },
		commit: made[0]!.commit,
		behind: builtOverEarlier(project, standing, states),
		warnings,
	};
}

/** Commits with the nodes that stand as they have them; the last one published first. */
function checkouts({
	published,
	checkouts: known,
}: Standing): readonly (Checkout & { readonly ids: readonly string[] })[] {
	const found = new Map<string, Checkout & { readonly ids: string[]; last: string }>();
	for (const [id, { runId, publishedAt }] of published) {
		const checkout = known.get(runId);
		if (checkout === undefined) continue;
		const key = `${checkout.commit} ${checkout.uncommitted}`;
		const one = found.get(key) ?? { ...checkout, ids: [], last: publishedAt };
		one.ids.push(id);
		if (publishedAt > one.last) one.last = publishedAt;
		found.set(key, one);
	}
	return [...found.values()].sort((a, b) =>
		a.last > b.last ? -1 : a.last < b.last ? 1 : a.commit < b.commit ? -1 : 1,
	);
}

async function stateOf(
	commit: string,
	{
		invocation,
		project,
		head,
		store,
		where,
	}: Omit<Asked, "standing"> & { readonly invocation: Invocation; readonly project: OpenProject },
): Promise<{ readonly state: ProjectState; readonly warnings: readonly Diagnostic[] }> {
	if (head.state.commit === commit) return { state: head.state, warnings: [] };
	const place = gitPlace(invocation, project.config.project.root);
	const known = await commitOf(place, commit);
	if (known === null) fail("TFM-PLAN-002", { where, commit, cloned: await isRepository(place) });
	return baseState(invocation, project, { commit, store, lines: head.lines });
}
