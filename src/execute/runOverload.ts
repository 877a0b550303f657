import type { Diagnostic } from "../core/diagnostic.ts";
import type { Plan, PlanRequest } from "../core/plan.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { overloadFailureMessage } from "./failureMessage.ts";
import { graphNode } from "./nodeResult.ts";
import type { PlanDrive } from "./planDrive.ts";
import { databaseErrorOf, statement } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/**
 * One of a function's other signatures. What the database or a template refuses is its failure; a lost connection or a
 * stopped run ends the function.
 */
export async function runOverload(
	drive: PlanDrive,
	{ name: overload, position, total, body }: Extract<PlanRequest, { kind: "overload" }>,
	drivePlan: (drive: PlanDrive, plan: Plan<void>) => Promise<void>,
): Promise<Diagnostic | null> {
	const { run, session, node } = drive;
	const { clock, emit } = run.ports;
	const started = clock().getTime();
	const finished = (status: "success" | "error" | "skipped", message: string): void =>
		emit(
			{
				event: "overload.finished",
				node_id: node,
				name: graphNode(run, node).name,
				overload,
				position,
				total,
				status,
				message,
				duration_ms: clock().getTime() - started,
			},
			status === "error" ? "error" : "info",
		);
	if (body === null) {
		finished("skipped", "");
		return null;
	}
	try {
		await drivePlan(drive, body());
	} catch (error) {
		if (wasStopped(run, error) || databaseErrorOf(error)?.kind === "connection") throw error;
		const sql = "rollback";
		await statement(run, { node, purpose: sql, sql }, (options) => session.execute(sql, options));
		const failure = failureDiagnostic(run, graphNode(run, node), error);
		finished("error", overloadFailureMessage(run, error, failure));
		return failure;
	}
	finished("success", "");
	return null;
}
