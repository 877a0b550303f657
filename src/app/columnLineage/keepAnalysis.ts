/**
 * The analysis of all models, kept in memory by a command that goes on: after an edit of texts only what the edit
 * reaches is analysed anew (docs/adr/0051).
 */
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import type { Manifest } from "../../core/manifest.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import type { Analysis } from "../../sql/analysis.ts";
import { createAnalyst } from "../../sql/analyst.ts";
import type { AnalysisMemory } from "../../sql/analyzeGraph.ts";
import type { OpenProject } from "../openProject.ts";
import { replaceIn } from "../parseCache/replacedMap.ts";
import { analyzeProject, keepAnswers, keptAnswers } from "./analyzeProject.ts";
import { analyzeReach } from "./analyzeReach.ts";
import type { AnalysedNode, Compiled } from "./compiledSql.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Looked {
	/** What was analysed anew; null: all. */
	readonly models: readonly AnalysedNode[] | null;
	readonly lineage: Pick<ColumnLineage, "nodes">;
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
}

export interface KeptAnalysis {
	/** After texts of these nodes changed; null: more than texts did, or nothing is known yet. No database is asked. */
	look(project: OpenProject, edited: readonly NodeId[] | null): Promise<Looked>;
	close(): Promise<void>;
}

interface Known {
	readonly lineage: ReadonlyMap<string, NodeLineage>;
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	/** Null: a few nodes cannot be looked at alone. */
	readonly surroundings: Surroundings | null;
	readonly declared: Awaited<ReturnType<typeof analyzeProject>>["declared"];
	readonly graphAsked: boolean;
	/** Nodes whose SQL cannot be read at the moment: `lineage` has what was known of them before. */
	readonly unread: ReadonlySet<string>;
}

export function keepAnalysis(invocation: Invocation): KeptAnalysis {
	const { flags } = invocation;
	const extra = { ...flags.extra, introspect: false };
	const offline = { ...invocation, flags: { ...flags, extra, writeJson: false } };
	const analyst = createAnalyst();
	let answers: Map<string, Analysis> | null = null;
	let known: Known | null = null;

	async function lookAtAll(project: OpenProject, compiled: Known["compiled"]): Promise<Looked> {
		const cache = answers === null ? keptAnswers(project) : null;
		// What nobody asks for any more is forgotten.
		const used = new Map<string, Analysis>();
		const memory: AnalysisMemory = {
			get(key) {
				const found = (cache ?? answers)?.get(key);
				if (found !== undefined) used.set(key, found);
				return found;
			},
			set(key, one) {
				used.set(key, one);
				cache?.set(key, one);
			},
		};
		const found = await analyzeProject(offline, project, { compiled, answers: memory, analyst });
		if (cache !== null) keepAnswers(project, cache);
		const { lineage, surroundings, declared, graphAsked } = found;
		answers = used;
		const nodes = new Map(Object.entries(lineage.nodes));
		known = { lineage: nodes, compiled: found.compiled, surroundings, declared, graphAsked, unread: new Set() };
		return { models: null, lineage, compiled: found.compiled };
	}

	return {
		async look(project, edited) {
			if (known === null || edited === null) return lookAtAll(project, new Map());
			const { lineage, compiled, surroundings, declared, graphAsked, unread } = known;
			const reached =
				surroundings === null
					? null
					: await analyzeReach(offline, project, edited, {
							...{ lineageOf: (id: string) => lineage.get(id), surroundings, declared, unread, analyst },
							readers: (id) => readersOf(project.manifest, id),
						});
			if (reached === null)
				return lookAtAll(project, graphAsked ? new Map() : without(compiled, withTexts(project.manifest, edited)));
			const looked = { nodes: Object.fromEntries(reached.lineage) };
			const read = [...reached.lineage].filter(([id]) => !reached.unread.has(id));
			const still = [...unread].filter((id) => !reached.lineage.has(id));
			known = {
				...known,
				lineage: replaceIn(lineage, new Map(read)),
				compiled: replaceIn(compiled, new Map(reached.compiled)),
				unread: new Set([...still, ...reached.unread]),
			};
			return { models: reached.models, lineage: looked, compiled: reached.compiled };
		},
		close: () => analyst.close(),
	};
}

/** Those whose SQL may read a node: by name, and where an ephemeral model is written into them, by that. */
export function readersOf({ nodes, children }: Manifest, id: string): ReadonlySet<NodeId> {
	const found = new Set<NodeId>();
	const waiting = [...(children.get(nodeId(id)) ?? [])];
	for (let reader = waiting.pop(); reader !== undefined; reader = waiting.pop()) {
		if (found.has(reader) || !nodes.has(reader)) continue;
		found.add(reader);
		if (nodes.get(reader)!.config.materialized === "ephemeral") waiting.push(...(children.get(reader) ?? []));
	}
	return found;
}

/** Those nodes, and the ones that their texts are written into. */
function withTexts(manifest: Manifest, ids: readonly NodeId[]): ReadonlySet<NodeId> {
	const found = new Set(ids);
	for (const id of ids)
		if (manifest.nodes.get(id)?.config.materialized === "ephemeral")
			for (const reader of readersOf(manifest, id)) found.add(reader);
	return found;
}

const without = (compiled: Known["compiled"], ids: ReadonlySet<NodeId>): Known["compiled"] =>
	new Map([...compiled].filter(([id]) => !ids.has(id)));
