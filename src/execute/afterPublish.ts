import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { BuildableNode } from "../core/plan.ts";
import { drivePlan } from "./drivePlan.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import type { Run } from "./run.ts";

/**
 * Post-hooks with `transaction: false`, on the published relation. Readers already see it, so a failure cannot undo
 * anything: it is returned, and the run exits 1.
 */
export async function runAfterPublish(run: Run, node: BuildableNode, batch?: Batch): Promise<Diagnostic | null> {
	// A materialization of the project's own runs its hooks itself.
	if (run.ports.compiler.materializationOf(node.unique_id) !== null) return null;
	if (node.config["post-hook"].every((hook) => hook.transaction)) return null;
	const { adapter, clock, emit, planNode } = run.ports;
	const started = clock().getTime();
	const label = `post-hook of ${node.name}`;
	const finished = (failure: Diagnostic | null): void =>
		emit(
			{
				event: "hook.finished",
				label,
				node_id: node.unique_id,
				status: failure === null ? "success" : "error",
				duration_ms: clock().getTime() - started,
				diagnostic: failure,
			},
			failure === null ? "info" : "error",
		);
	try {
		await adapter.withSession(async (session) => {
			const record = () => [];
			const drive = { run, session, node: node.unique_id, seed: null, record, inTransaction: false };
			await drivePlan(
				drive,
				planNode({ kind: "hooks", node, phase: "afterPublish", ...(batch === undefined ? {} : { batch }) }),
			);
		});
		finished(null);
		return null;
	} catch (error) {
		const { message } = failureDiagnostic(run, node, error);
		const failure = diagnostic("TFM-RUN-010", { node: node.name, message }, { at: node.location });
		finished(failure);
		return failure;
	}
}
