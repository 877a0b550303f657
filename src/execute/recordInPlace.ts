import type { BuildableNode } from "../core/plan.ts";
import { recordOf } from "./publishUnit.ts";
import type { Run, Standing } from "./run.ts";
import { runBound } from "./statement.ts";

/** What other runs, `tfm history` and the next run must know of a node that published itself. */
export async function recordInPlace(run: Run, node: BuildableNode, standing: Standing): Promise<void> {
	const { adapter, clock } = run.ports;
	const id = node.unique_id;
	const publishedAt = clock().toISOString();
	const statements = recordOf(run, id, [{ id, standing }], publishedAt);
	await adapter.withSession((session) => session.transaction(() => runBound(session, statements)));
	const { codeHash, build = null } = standing;
	run.identities.publishedNow([{ node: id, runId: run.job.runId, codeHash, publishedAt, build }]);
}
