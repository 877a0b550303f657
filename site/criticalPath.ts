import type { RunRecord } from "../src/docs/siteData.ts";
import type { Project } from "./project.ts";

/**
 * Positions in the run of what decided how long it took: from what ended last, back through the input that ended last
 * before each began.
 */
export function criticalPath(project: Project, run: RunRecord): readonly number[] {
	const at = new Map(run.node.map((node, i) => [node, i]));
	const end = (i: number): number => run.start[i]! + run.dur[i]!;
	let last = -1;
	for (let i = 0; i < run.node.length; i++) if (last === -1 || end(i) > end(last)) last = i;
	const path: number[] = [];
	while (last !== -1) {
		path.push(last);
		let before = -1;
		for (const parent of project.parents(run.node[last]!)) {
			const i = at.get(parent);
			if (i !== undefined && !path.includes(i) && (before === -1 || end(i) > end(before))) before = i;
		}
		last = before;
	}
	return path.reverse();
}
