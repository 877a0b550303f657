/** What stood in a layer at an earlier moment, beside what stands now, and what of it can be put back. Pure. */
import type { NodeId } from "../core/node.ts";
import type { GenerationRow, PastRun, StoodRow } from "../core/state.ts";

/** What is written down of a layer: its generations, and what stood when, the oldest first. */
export interface LayerPast {
	readonly generations: readonly GenerationRow[];
	readonly stood: readonly StoodRow[];
	/** Nodes that the project has. */
	readonly nodes: { has(id: NodeId): boolean };
	/** `keep_generations` of the layer. */
	readonly keep: number;
}

export interface Moment {
	/** Position in what stood; -1 lies before all of it. */
	readonly at: number;
	/** The run published the layer, but nothing of that is recorded (any more). */
	readonly forgotten: boolean;
}

export interface Wanted {
	readonly row: GenerationRow;
	readonly from: string;
}

export interface StandingThen {
	/** Relations to publish again. */
	readonly wanted: readonly Wanted[];
	/** Nodes that came later and stay, by id. */
	readonly newer: readonly NodeId[];
	/** Nodes of which what stood then is no longer kept, by id. */
	readonly missing: readonly NodeId[];
}

/**
 * How far back the run lies: the position of the last thing it put in place. A run that published the layer, and of
 * which nothing is known any more, lies before everything; one that did not, between what others did.
 */
export function momentOf(
	stood: readonly StoodRow[],
	run: Pick<PastRun, "runId" | "published" | "startedAt" | "endedAt">,
	layer: string,
): Moment {
	const own = stood.findLastIndex((row) => row.runId === run.runId);
	if (own >= 0) return { at: own, forgotten: false };
	if (run.published.includes(layer)) return { at: -1, forgotten: true };
	return { at: stood.findLastIndex((row) => row.since <= (run.endedAt ?? run.startedAt)), forgotten: false };
}

/** What stood at the moment and what stands now, per node. */
export function standingThen({ generations, stood, nodes, keep }: LayerPast, { at, forgotten }: Moment): StandingThen {
	const byKey = new Map(generations.map((row) => [`${row.node} ${row.generation}`, row] as const));
	const wanted: Wanted[] = [];
	const newer: NodeId[] = [];
	const missing: NodeId[] = [];
	for (const node of [...new Set(stood.map((row) => row.node))].sort()) {
		if (!nodes.has(node)) continue;
		const own = stood.flatMap((row, i) => (row.node === node ? [{ row, i }] : []));
		const now = own.at(-1)!.row.generation;
		const then = own.findLast(({ i }) => i <= at)?.row.generation;
		if (then === now) continue;
		const kept = generations.filter((row) => row.node === node && row.generation !== now).length;
		// A run that published the layer before anything was kept says nothing about when a relation came.
		if (then === undefined && !forgotten && kept < keep) newer.push(node);
		else {
			const row = then === undefined ? undefined : byKey.get(`${node} ${then}`);
			if (row === undefined || (row.candidate.kind !== "view" && row.keptAs === null)) missing.push(node);
			else wanted.push({ row, from: then! });
		}
	}
	return { wanted, newer, missing };
}

/** Runs behind the moment after which something else stood than now, all of it kept; the oldest first. */
export function runsToGoBackTo(past: LayerPast, behind: Moment): readonly string[] {
	const runs = [...new Set(past.stood.slice(behind.at + 1).map((row) => row.runId))];
	return runs.filter((run) => {
		const at = past.stood.findLastIndex((row) => row.runId === run);
		const { wanted, missing } = standingThen(past, { at, forgotten: false });
		return missing.length === 0 && wanted.length > 0;
	});
}
