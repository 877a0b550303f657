/** The state of files of which only texts of models or tests changed since a state was kept: made from that one. */
import type { Finding } from "../../ci/changeReview.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { NodeId } from "../../core/node.ts";
import type { NodeState } from "../../core/projectState.ts";
import { analyzeReach } from "../columnLineage/analyzeReach.ts";
import type { OpenProject } from "../openProject.ts";
import { type Asked, askedIn } from "../parseCache/askedReads.ts";
import { nodeDescriber } from "./describeState.ts";
import { type EarlierState, recordAsked } from "./knownState.ts";
import { modelRemarks } from "./modelRemarks.ts";
import { outOfTime } from "./outOfTime.ts";

export interface AmendedState {
	/** The nodes that were looked at anew. */
	readonly nodes: ReadonlyMap<string, NodeState>;
	readonly remarks: readonly Finding[];
	readonly asked: Asked;
}

/**
 * Null: it cannot be told which nodes come out differently, or too many do. What is found is what looking at all files
 * would find: the edited nodes, those that an edited ephemeral model is written into, and those that read columns
 * which are others now.
 */
export async function amendState(
	invocation: Invocation,
	project: OpenProject,
	{ state, remarks, asked, edited, surroundings }: EarlierState,
): Promise<AmendedState | null> {
	const { project: recorded, reads } = recordAsked(project);
	const found = await analyzeReach(invocation, outOfTime(recorded), edited, {
		lineageOf: (id) => state.nodes[id]?.lineage,
		...{ surroundings, unread: null, readers: readersIn(state.nodes) },
	});
	const now = found === null ? null : askedIn(reads);
	if (found === null || now === null) return null;
	const { nodes, models } = found;
	const analysed = { compiled: found.compiled, lineage: { nodes: Object.fromEntries(found.lineage) } };
	const describe = nodeDescriber(recorded, analysed);
	const described = nodes.flatMap((node): (readonly [string, NodeState])[] =>
		state.nodes[node.unique_id] === undefined ? [] : [[node.unique_id, describe(node)]],
	);
	return {
		nodes: new Map(described),
		remarks: withRemarks(remarks, modelRemarks(project, analysed, models), {
			of: new Set(models.map(({ unique_id: id }) => id as string)),
			order: project.manifest.nodes.keys(),
		}),
		asked: { env: merged(asked.env, now.env), flags: merged(asked.flags, now.flags) },
	};
}

const merged = (was: Asked["env"], now: Asked["env"]): Asked["env"] => [...new Map([...was, ...now])];

/** Of models and snapshots: those whose SQL reads a node. Found at the first question. */
function readersIn(nodes: { readonly [id: string]: NodeState }): (id: string) => readonly string[] {
	let found: Map<string, string[]> | undefined;
	const find = (): Map<string, string[]> => {
		const all = new Map<string, string[]>();
		for (const [id, { lineage, reads }] of Object.entries(nodes)) {
			if (lineage === undefined || lineage.status === "declared") continue;
			for (const read of new Set([...reads, ...lineage.reads])) {
				const known = all.get(read);
				if (known === undefined) all.set(read, [id]);
				else known.push(id);
			}
		}
		return all;
	};
	return (id) => (found ??= find()).get(id)?.filter((reader) => reader !== id) ?? [];
}

/** In the order of the nodes. */
function withRemarks(
	was: readonly Finding[],
	now: readonly Finding[],
	{ of, order }: { readonly of: ReadonlySet<string>; readonly order: Iterable<NodeId> },
): readonly Finding[] {
	const kept = was.filter(({ node }) => node === null || !of.has(node));
	if (kept.length === was.length && now.length === 0) return was;
	const byNode = new Map<string | null, Finding[]>();
	for (const one of [...kept, ...now]) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
	return [...order].flatMap((id) => byNode.get(id) ?? []);
}
