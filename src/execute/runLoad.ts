/** One landing table. Raw rows are history: the load commits with its ledger and no test takes it back. */
import type { SourceNode } from "../core/node.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { afterLostConnection, standBehindFence } from "./leases.ts";
import { nodeResult, startStopwatch } from "./nodeResult.ts";
import { repeatLost } from "./repeatable.ts";
import type { Run } from "./run.ts";
import { settle } from "./settle.ts";
import { withRetries } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** Never rejects: a failed load is a result, and skips what reads the table. */
export async function runLoad(run: Run, source: SourceNode, slot: number): Promise<void> {
	const { adapter, clock, emit, loadSource } = run.ports;
	const { flags, runId } = run.job;
	const thread = `Thread-${slot + 1}`;
	const watch = startStopwatch(clock);
	const startedAt = clock().getTime();
	emit({
		event: "node.started",
		node_id: source.unique_id,
		name: source.name,
		resource_type: "source",
		layer: source.layer,
		materialized: "load",
		thread,
	});
	watch.compiled();
	const load = () =>
		adapter.withSession((session) =>
			session.transaction(async () => {
				await standBehindFence(run, session);
				return loadSource({ source, session, runId, fullRefresh: flags.fullRefresh, signal: run.signal });
			}),
		);
	try {
		// The ledger knows which files are in, so a load whose connection was lost may simply be begun again.
		const loaded = await repeatLost({
			run,
			about: { node: source.unique_id, what: source.name },
			repeatable: true,
			work: () => withRetries(run, load, { node: source.unique_id, what: source.name }),
			recover: async (session) => {
				await afterLostConnection(run, session);
				return undefined;
			},
		});
		run.identities.loaded(source.unique_id);
		emit({
			event: "load.finished",
			node_id: source.unique_id,
			layer: source.layer,
			...loaded,
			duration_ms: clock().getTime() - startedAt,
		});
		const message =
			loaded.files === 0
				? `LOAD 0 (${plural(loaded.skipped, "file")} unchanged)`
				: `LOAD ${loaded.rows} (${plural(loaded.files, "file")}, ${plural(loaded.rejects, "reject")})`;
		settle(
			run,
			nodeResult(source, {
				status: "success",
				message,
				adapter_response: { _message: message, code: "LOAD", rows_affected: loaded.rows },
				...watch.read(),
				thread_id: thread,
			}),
		);
	} catch (error) {
		if (wasStopped(run, error)) return;
		const diagnostic = failureDiagnostic(run, source, error);
		settle(
			run,
			nodeResult(source, {
				status: "error",
				message: diagnostic.message,
				diagnostic,
				...watch.read(),
				thread_id: thread,
			}),
		);
	}
}
