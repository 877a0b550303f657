import type { TestFact } from "./projectFacts.ts";
import { DATA_VERSION, FAILURES, type RunRecord, type RunsData } from "./siteData.ts";
import type { PastNode, SiteSource } from "./siteSource.ts";
import { statusIndex, statusOf } from "./statuses.ts";

/** What was skipped began at no time, and comes last. */
const begun = ({ status, startedAt }: PastNode): number =>
	statusOf(status) === "skipped" ? Number.MAX_SAFE_INTEGER : startedAt;

/** data/runs.json: what the last runs did, node by node. */
export function runsData(
	{ runs }: SiteSource,
	position: ReadonlyMap<string, number>,
	tests: readonly TestFact[],
): RunsData {
	const byId = new Map(tests.map((test) => [test.id, test]));

	return {
		v: DATA_VERSION,
		runs: runs.map((run): RunRecord => {
			const nodes = run.nodes.filter(({ node }) => position.has(node)).sort((a, b) => begun(a) - begun(b));
			const threads = [...new Set(nodes.map(({ thread }) => thread))].sort();
			return {
				id: run.id,
				command: run.command,
				args: run.args,
				status: run.status,
				startedAt: run.startedAt,
				ms: run.ms,
				node: nodes.map(({ node }) => position.get(node)!),
				start: nodes.map(({ startedAt }) => Math.max(0, Math.round(startedAt - run.startedAt))),
				dur: nodes.map(({ ms }) => Math.round(ms)),
				state: nodes.map(({ status }) => statusIndex(statusOf(status))),
				rows: nodes.map(({ rows }) => rows),
				thread: nodes.map(({ thread }) => threads.indexOf(thread)),
				tests: run.tests,
				dimensions: run.dimensions,
				failing: run.failing.slice(0, FAILURES).flatMap(([id, status, rows]) => {
					const found = statusOf(status);
					if (found !== "fail" && found !== "warn") return [];
					const test = byId.get(id);
					// A test that is no longer there has its id for a name.
					return [[id, test?.name ?? id, position.get(test?.nodes[0] ?? "") ?? -1, found, rows] as const];
				}),
			};
		}),
	};
}
