import { type RunRecord, STATUSES } from "../src/docs/siteData.ts";
import type { Project } from "./project.ts";

/** Times are of two clocks' readings, rounded to milliseconds. */
const TOLERANCE_MS = 1;

/**
 * Positions in the run of what decided how long it took: from what ended last, back to what ended last before each
 * began. That is an input, or, where a node waited for a free thread or for the layer before, what freed the way. What
 * was skipped took no time.
 */
export function criticalPath(
	project: Pick<Project, "parents">,
	run: Pick<RunRecord, "node" | "start" | "dur" | "state">,
) {
	const end = (i: number): number => run.start[i]! + run.dur[i]!;
	const ran = run.node.flatMap((_, i) => (STATUSES[run.state[i]!] === "skipped" ? [] : [i]));
	const byEnd = ran.sort((a, b) => end(a) - end(b) || run.start[a]! - run.start[b]! || a - b);
	const path: number[] = [];
	let at = byEnd.length - 1;
	while (at >= 0) {
		const node = byEnd[at]!;
		path.push(node);
		const inputs = new Set(project.parents(run.node[node]!));
		// Each step goes down in the order of ends, so the walk ends.
		let before = at - 1;
		while (before >= 0 && end(byEnd[before]!) > run.start[node]! + TOLERANCE_MS) before--;
		for (let i = before; i >= 0 && end(byEnd[i]!) >= end(byEnd[before]!) - TOLERANCE_MS; i--)
			if (inputs.has(run.node[byEnd[i]!]!)) {
				before = i;
				break;
			}
		at = before;
	}
	return path.reverse() as readonly number[];
}
