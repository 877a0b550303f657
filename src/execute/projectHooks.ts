/** on-run-start and on-run-end: each hook is a result of its own (dbt writes them into run_results too). */

import type { ExtraContext } from "../core/compiler.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import type { OperationNode } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import { hookFailureMessage } from "./failureMessage.ts";
import { nodeResult, startStopwatch } from "./nodeResult.ts";
import { bindingOf, buildTasks, type Run } from "./run.ts";
import { databaseErrorOf, statement } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/**
 * What on-run-end hooks may read: dbt's names, plain values. As in dbt, `results` leaves out hooks that went well, and
 * the schemas are those that something was built into.
 */
export function endContext(run: Run, results: readonly NodeResult[]): ExtraContext {
	const built = new Set(results.filter((r) => !WITHOUT_RELATION.has(r.status)).map((r) => r.unique_id));
	const nodes = buildTasks(run.graph).flatMap((task) => (built.has(task.id) ? [task.node] : []));
	const pairs = new Map(nodes.map((n) => [`${n.database}\0${n.schema}`, [n.database, n.schema] as const]));
	return {
		results: results
			.filter((result) => result.resource_type !== "operation" || result.status === "error")
			.map((result) => ({ ...result, node: findNode(run.job.manifest, result.unique_id) ?? null })),
		schemas: [...new Set(nodes.map((n) => n.schema))].sort(),
		database_schemas: [...pairs.keys()].sort().map((key) => pairs.get(key)!),
	};
}

export type HookPhase = "start" | "end";

const WITHOUT_RELATION: ReadonlySet<string> = new Set(["error", "fail", "skipped", "runtime error"]);

async function runHook(
	run: Run,
	hook: OperationNode,
	{ label, phase, extra }: { readonly label: string; readonly phase: HookPhase; readonly extra: ExtraContext },
): Promise<NodeResult> {
	const { adapter, compiler, clock, emit } = run.ports;
	const watch = startStopwatch(clock);
	const startedAt = clock().getTime();
	const id = hook.unique_id;
	let text = "";
	let rendered = false;
	let response: NodeResult["adapter_response"] = {};
	try {
		await adapter.withSession(async (session) => {
			const outcome = await driveTemplate({ run, session, node: null, inTransaction: false }, (journal) =>
				compiler.renderText(hook.raw_code, { node: id, label: hook.name, extra }, journal, bindingOf(run)),
			);
			emitMessages(run, id, outcome.messages);
			text = outcome.text.trim();
			rendered = true;
			watch.compiled();
			if (text === "") return;
			const done = await statement(run, { node: id, purpose: hook.name, sql: text }, (o) => session.execute(text, o));
			// dbt says nothing here of what the driver answered.
			if (done.queryId !== undefined) response = { _message: done.status, query_id: done.queryId };
		});
		emit({
			event: "hook.finished",
			label: hook.name,
			node_id: id,
			status: "success",
			duration_ms: clock().getTime() - startedAt,
			diagnostic: null,
		});
		return nodeResult(hook, {
			status: "success",
			message: `${label} passed`,
			failures: 0,
			adapter_response: response,
			compiled: true,
			compiled_code: text,
			...watch.read(),
		});
	} catch (error) {
		if (wasStopped(run, error))
			return nodeResult(hook, { status: "skipped", message: "the run was stopped", held: { kind: "cancelled" } });
		// Before the first node a template that fails ends the command (dbt); a statement that fails is a result.
		if (phase === "start" && !rendered && error instanceof TfmError) throw error;
		const refused = databaseErrorOf(error);
		const message = error instanceof Error ? run.toPublished(error.message) : String(error);
		const failure =
			error instanceof TfmError && error.diagnostics[0] !== undefined
				? error.diagnostics[0]
				: diagnostic(
						"TFM-RUN-009",
						{ label: hook.name, message, sqlstate: refused?.sqlstate, hint: refused?.hint },
						{ at: hook.location },
					);
		emit(
			{
				event: "hook.finished",
				label: hook.name,
				node_id: id,
				status: "error",
				duration_ms: clock().getTime() - startedAt,
				diagnostic: failure,
			},
			"error",
		);
		return nodeResult(hook, {
			status: "error",
			failures: 1,
			message: hookFailureMessage(run, label, error, failure),
			diagnostic: failure,
			compiled: rendered,
			compiled_code: text === "" ? null : text,
			...watch.read(),
		});
	}
}

/** Runs hooks one after the other; after a failure the rest is skipped, as in dbt. */
export async function runProjectHooks(
	run: Run,
	hooks: readonly OperationNode[],
	{ phase, extra }: { readonly phase: HookPhase; readonly extra: ExtraContext },
): Promise<readonly NodeResult[]> {
	const results: NodeResult[] = [];
	for (const [i, hook] of hooks.entries()) {
		// As dbt names it: by its place among the hooks of all packages.
		const label = `${hook.package_name}.on-run-${phase}.${i}`;
		const failed = results.some((r) => r.status !== "success");
		results.push(
			failed
				? nodeResult(hook, {
						status: "skipped",
						message: `${label} skipped`,
						failures: 1,
						held: { kind: "hook" },
					})
				: await runHook(run, hook, { label, phase, extra }),
		);
	}
	return results;
}
