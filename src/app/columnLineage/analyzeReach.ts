import type { Invocation } from "../../core/invocation.ts";
import { type ExecutableNode, nodeId } from "../../core/node.ts";
import type { OpenProject } from "../openProject.ts";
import { type AnalysedAmong, analyzeAmong, type EarlierAnalysis } from "./analyzeAmong.ts";
import { type AnalysedNode, isAnalysed } from "./compiledSql.ts";

export interface Reached extends AnalysedAmong {
	/** All that may come out differently, sorted; tests among them as far as they were edited. */
	readonly nodes: readonly ExecutableNode[];
	readonly models: readonly AnalysedNode[];
}

/** Where more come out differently, all are looked at. */
const MOST = 300;

/**
 * The edited nodes, those that an edited ephemeral model is written into, and those that read columns which are others
 * now, as far as it goes. Null: it cannot be told which nodes come out differently, or too many do. `readers`: of models
 * and snapshots those whose SQL reads a node.
 */
export async function analyzeReach(
	invocation: Invocation,
	project: OpenProject,
	edited: Iterable<string>,
	earlier: EarlierAnalysis & { readonly readers: (id: string) => Iterable<string> },
): Promise<Reached | null> {
	const { manifest } = project;
	const among = new Set<string>(edited);
	for (;;) {
		for (const id of among)
			if (manifest.nodes.get(nodeId(id))?.config.materialized === "ephemeral")
				for (const reader of earlier.readers(id)) among.add(reader);
		if (among.size > MOST) return null;
		const { size } = among;
		const nodes = [...among].sort().flatMap((id) => manifest.nodes.get(nodeId(id)) ?? []);
		const models = nodes.filter((node): node is AnalysedNode => isAnalysed(node));
		const found = await analyzeAmong(invocation, project, models, earlier);
		if (found === null) return null;
		for (const id of found.reshaped) for (const reader of earlier.readers(id)) among.add(reader);
		if (among.size === size) return { ...found, nodes, models };
	}
}
