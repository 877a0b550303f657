import type { Diagnostic } from "../core/diagnostic.ts";
import type { Plan, PlanRequest } from "../core/plan.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { graphNode } from "./nodeResult.ts";
import type { BatchProgress, PlanDrive } from "./planDrive.ts";
import { databaseErrorOf, withRetries } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/**
 * One batch in a transaction of its own. What the database or a template refuses is the batch's failure; a lost
 * connection or a stopped run ends the model.
 */
export async function runBatch(
	drive: PlanDrive,
	{ batch, position, total, body }: Extract<PlanRequest, { kind: "batch" }>,
	drivePlan: (drive: PlanDrive, plan: Plan<void>) => Promise<void>,
): Promise<Diagnostic | null> {
	const { run, session, node } = drive;
	const { clock, emit } = run.ports;
	const started = clock().getTime();
	const progress: BatchProgress = { batch, compiled: null, executedSql: null, response: "" };
	const finished = (status: "success" | "error" | "skipped", message: string, diagnostic: Diagnostic | null): void =>
		emit(
			{
				event: "batch.finished",
				node_id: node,
				name: graphNode(run, node).name,
				batch: batch.label,
				position,
				total,
				status,
				message,
				duration_ms: clock().getTime() - started,
				compiled_code: progress.compiled === null ? null : run.toPublished(progress.compiled.sql),
				executed_code: progress.executedSql,
				diagnostic,
			},
			status === "error" ? "error" : "info",
		);
	if (body === null) {
		finished("skipped", "SKIPPED", null);
		return null;
	}
	emit({ event: "batch.started", node_id: node, name: graphNode(run, node).name, batch: batch.label, position, total });
	try {
		const inside: PlanDrive = { ...drive, inTransaction: true, batch: progress };
		await withRetries(run, () => session.transaction(() => drivePlan(inside, body())), {
			node,
			what: `batch ${batch.label} of ${graphNode(run, node).name}`,
		});
	} catch (error) {
		if (wasStopped(run, error) || databaseErrorOf(error)?.kind === "connection") throw error;
		const failure = failureDiagnostic(run, graphNode(run, node), error, batch);
		finished("error", "ERROR", failure);
		return failure;
	}
	finished("success", progress.response, null);
	return null;
}
