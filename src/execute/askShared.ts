import type { Session } from "../core/adapter.ts";
import { TfmError } from "../core/diagnostic.ts";
import { drivePlan } from "./drivePlan.ts";
import type { PlanDrive } from "./planDrive.ts";
import { prepareTest } from "./prepareTest.ts";
import type { Run } from "./run.ts";
import type { PreparedTest, SharedScan } from "./sharedScans.ts";
import { databaseErrorOf } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/**
 * Counts what the tests of a scan can be counted by together. Where one of them cannot be compiled, or the database
 * refuses the whole, nothing is said here: each test sends its own query then, and says it of itself.
 */
export async function askShared(
	run: Run,
	scan: SharedScan,
	{ session, prepared }: { readonly session: Session; readonly prepared: PreparedTest },
): Promise<void> {
	scan.state = "asked";
	scan.prepared.set(scan.first, prepared);
	for (const test of scan.tests) {
		if (test.unique_id === scan.first || run.job.settled?.has(test.unique_id) === true) continue;
		try {
			scan.prepared.set(test.unique_id, await prepareTest(run, test, session));
		} catch (error) {
			if (!(error instanceof TfmError) && databaseErrorOf(error) === null) throw error;
			if (wasStopped(run, error)) throw error;
		}
	}
	const queries = [...scan.prepared.values()].map(({ query }) => query);
	const drive: PlanDrive = { run, session, node: scan.first, seed: null, record: () => [], inTransaction: false };
	try {
		const plan = await drivePlan(drive, run.ports.planNode({ kind: "scan", queries }));
		if (plan.kind !== "scanned") throw new Error(`the plan of a scan ended as "${plan.kind}"`);
		for (const [query, counted] of plan.counted) scan.counted.set(query, counted);
	} catch (error) {
		if (databaseErrorOf(error) === null || wasStopped(run, error)) throw error;
	}
}
