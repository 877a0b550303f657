import type { NodeId } from "../core/node.ts";
import { criticalFirst } from "./criticalFirst.ts";
import { createReadyQueue } from "./readyQueue.ts";
import type { RunGraph } from "./runGraph.ts";

/** Less than this share of the work known: no estimate is better than a wrong one. */
const KNOWN_SHARE = 0.8;

/**
 * How long the run would take if everything took what it usually does, milliseconds: its tasks laid out over the
 * threads, stage by stage, in the order in which the run starts them. Null where too little is known.
 */
export function expectedDuration(graph: RunGraph, threads: number, usual: ReadonlyMap<NodeId, number>): number | null {
	const work = [...graph.tasks.values()].filter((task) => task.kind !== "pass" && task.kind !== "noop");
	const known = work.filter((task) => usual.has(task.id)).length;
	if (work.length === 0 || known < KNOWN_SHARE * work.length) return null;
	let now = 0;
	for (const { ids } of graph.stages) now = stageEnd(graph, ids, { threads, usual, now });
	return now;
}

interface StageTime {
	readonly threads: number;
	readonly usual: ReadonlyMap<NodeId, number>;
	readonly now: number;
}

function stageEnd(graph: RunGraph, inOrder: readonly NodeId[], { threads, usual, now }: StageTime): number {
	const ids = threads > 1 ? criticalFirst(inOrder, (id) => graph.dependents.get(id) ?? [], usual) : inOrder;
	const position = new Map(ids.map((id, i) => [id, i]));
	const waiting = ids.map((id) => (graph.dependencies.get(id) ?? []).filter((d) => position.has(d)).length);
	const ready = createReadyQueue();
	waiting.forEach((n, i) => {
		if (n === 0) ready.push(i);
	});
	/** Under way, the first to end first: as many as there are threads. */
	const running: { readonly at: number; readonly i: number }[] = [];
	let time = now;
	for (;;) {
		while (ready.size > 0 && running.length < threads) {
			const i = ready.pop()!;
			const end = { at: time + (usual.get(ids[i]!) ?? 0), i };
			const after = running.findIndex((other) => other.at > end.at);
			running.splice(after === -1 ? running.length : after, 0, end);
		}
		const next = running.shift();
		if (next === undefined) return time;
		time = next.at;
		for (const dependent of graph.dependents.get(ids[next.i]!) ?? []) {
			const at = position.get(dependent);
			if (at !== undefined && --waiting[at]! === 0) ready.push(at);
		}
	}
}
