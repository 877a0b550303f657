import type { Batch, EventWindow } from "./eventTime.ts";
import type { NodeId } from "./node.ts";

/** What a run has put into the published table of a microbatch model. */
export interface BuiltIntervals {
	readonly node: NodeId;
	/** Of the published table: each target of a project has its own. */
	readonly schema: string;
	readonly windows: readonly EventWindow[];
	/** The table was made anew: nothing of what earlier runs built is in it. */
	readonly whole: boolean;
}

/**
 * The batches that no built window holds, in order. A built window may be longer than the batches asked for (the model
 * was hourly and is daily): what lies wholly inside of it is there.
 */
export function missingBatches(batches: readonly Batch[], built: readonly EventWindow[]): readonly Batch[] {
	const sorted = [...built].sort((a, b) => a.start.getTime() - b.start.getTime());
	const joined: { start: number; end: number }[] = [];
	for (const { start, end } of sorted) {
		const last = joined.at(-1);
		if (last !== undefined && start.getTime() <= last.end) last.end = Math.max(last.end, end.getTime());
		else joined.push({ start: start.getTime(), end: end.getTime() });
	}
	let at = 0;
	return batches.filter(({ start, end }) => {
		while (at < joined.length && joined[at]!.end <= start.getTime()) at++;
		const span = joined[at];
		return span === undefined || span.start > start.getTime() || span.end < end.getTime();
	});
}
