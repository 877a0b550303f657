import type { NodeId } from "../core/node.ts";
import type { RunJob } from "../core/ports.ts";
import type { RunGraph } from "./runGraph.ts";

/** When a failure ends a run with `--fail-fast`. */
export interface FailFast {
	readonly failed: () => void;
	/** Told of each task that is settled, well or badly, once `failed` was. True: the run ends here. */
	readonly endsAfter: (id: NodeId) => boolean;
}

/**
 * With layers at once: what is under way is cancelled, and the gate does not decide. A project without layers ends when
 * dbt does: dbt hands all nodes that are ready to its threads, and looks for failures when another becomes ready, or after
 * each node once none is left to become so. Until then what is ready runs to its end. dbt's queue holds selected nodes,
 * ephemeral models among them; a unit test is part of its model's work.
 */
export function createFailFast(
	graph: RunGraph,
	{ selected, layering }: Pick<RunJob, "selected" | "layering">,
): FailFast {
	const queue = layering === null ? createQueue(graph, selected) : null;
	let failed = false;
	return {
		failed: () => {
			failed = true;
		},
		endsAfter: (id) => {
			const looks = queue === null || queue.looksAfter(id);
			return failed && looks;
		},
	};
}

/** `looksAfter`: whether dbt's queue gives out another node once this one is done, or has none left to give out. */
function createQueue(
	{ tasks, dependencies, dependents }: RunGraph,
	selected: ReadonlySet<NodeId>,
): { readonly looksAfter: (id: NodeId) => boolean } {
	const isUnit = (id: NodeId): boolean => tasks.get(id)?.kind === "unit";
	/** Passed through and no part of dbt's queue: its readers wait for its inputs. */
	const isTransparent = (id: NodeId): boolean => tasks.get(id)?.kind === "pass" && !selected.has(id);
	const waitsFor = new Map<NodeId, number>();
	for (const id of tasks.keys())
		if (!isUnit(id)) waitsFor.set(id, (dependencies.get(id) ?? []).filter((input) => !isUnit(input)).length);
	let remaining = [...waitsFor.keys()].filter((id) => !isTransparent(id)).length;

	const readyAfter = (id: NodeId): readonly NodeId[] =>
		(dependents.get(id) ?? []).filter((reader) => {
			const count = waitsFor.get(reader);
			if (count === undefined) return false;
			waitsFor.set(reader, count - 1);
			return count === 1;
		});
	/** Gives out what is ready; true when there was anything. */
	const giveOut = (ids: readonly NodeId[]): boolean => {
		const before = remaining;
		const ready = [...ids];
		for (let id = ready.pop(); id !== undefined; id = ready.pop())
			if (isTransparent(id)) ready.push(...readyAfter(id));
			else remaining -= 1;
		return remaining < before;
	};
	giveOut([...waitsFor].flatMap(([id, count]) => (count === 0 ? [id] : [])));
	return { looksAfter: (id) => !isUnit(id) && !isTransparent(id) && (giveOut(readyAfter(id)) || remaining === 0) };
}
