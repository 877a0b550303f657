/** One landing table. Raw rows are history: the load commits with its ledger and no test takes it back. */

import { TfmError } from "../core/diagnostic.ts";
import { agedBy } from "../core/freshness.ts";
import type { SourceNode } from "../core/node.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { askFreshness, weighFreshness } from "./freshness.ts";
import { freshnessGate } from "./freshnessGate.ts";
import { afterLostConnection, standBehindFence } from "./leases.ts";
import { nameProblem } from "./nameProblem.ts";
import { nodeResult, type ResultFacts, startStopwatch } from "./nodeResult.ts";
import { repeatLost } from "./repeatable.ts";
import type { Run } from "./run.ts";
import { sessionOf } from "./sessionOf.ts";
import { settle } from "./settle.ts";
import { withRetries } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What the age of a landing table means for those that read it. The rows are in, whatever it is. */
async function ageAfterLoad(run: Run, source: SourceNode): Promise<Partial<ResultFacts>> {
	if (freshnessGate(run, source) === null || agedBy(source, run.ports.adapter.dialect) === null) return {};
	const asked = await run.ports.adapter.withSession((session) => askFreshness(run, session, source));
	const { status, message, diagnostic, freshness } = weighFreshness(run, source, asked);
	if (status === "pass") return { freshness };
	return { status, message: diagnostic?.message ?? message, diagnostic, freshness };
}

/** Never rejects: a failed load is a result, and skips what reads the table. */
export async function runLoad(run: Run, source: SourceNode, slot: number): Promise<void> {
	const { adapter, clock, emit, fetchSource, loadSource } = run.ports;
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
		adapter.withSession(
			(session) =>
				session.transaction(async () => {
					// Where a definition commits, what came before it would be kept by nobody.
					const last = adapter.capabilities.transactionalDdl === "unsupported";
					if (!last) await standBehindFence(run, session);
					const { fullRefresh } = flags;
					const loaded = await loadSource({ source, session, runId, fullRefresh, signal: run.signal });
					if (last) await standBehindFence(run, session);
					return loaded;
				}),
			sessionOf(run, { layer: source.layer }),
		);
	try {
		const problem = nameProblem(source, adapter.dialect);
		if (problem !== null) throw new TfmError(problem);
		await fetchSource(source, run.signal);
		// The ledger knows which files are in, so a load whose connection was lost may simply be begun again.
		const { queryId, ...loaded } = await repeatLost({
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
		const named = queryId === undefined ? {} : { query_id: queryId };
		emit({
			event: "load.finished",
			node_id: source.unique_id,
			layer: source.layer,
			...loaded,
			...named,
			duration_ms: clock().getTime() - startedAt,
		});
		const purged = (loaded.purged ?? 0) > 0 ? `, ${loaded.purged} purged` : "";
		const message =
			loaded.files === 0
				? `LOAD 0 (${plural(loaded.skipped, "file")} unchanged${purged})`
				: `LOAD ${loaded.rows} (${plural(loaded.files, "file")}, ${plural(loaded.rejects, "reject")}${purged})`;
		const aged = await ageAfterLoad(run, source);
		settle(
			run,
			nodeResult(source, {
				status: "success",
				message,
				...aged,
				adapter_response: { _message: message, code: "LOAD", rows_affected: loaded.rows, ...named },
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
