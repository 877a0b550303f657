/** One source is asked how old it is: by `source freshness`, and in a layered run before anything is built from it. */
import { agedBy } from "../core/freshness.ts";
import type { SourceNode } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { failureMessage } from "./failureMessage.ts";
import { ageUnknown, askFreshness, weighFreshness } from "./freshness.ts";
import { freshnessGate } from "./freshnessGate.ts";
import { nodeResult, startStopwatch } from "./nodeResult.ts";
import type { Run } from "./run.ts";
import { settle } from "./settle.ts";
import { withRetries } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/** In a layered run a source whose age nobody can know holds nothing back; it is said. */
function reasonNotToAsk(run: Run, source: SourceNode): Pick<NodeResult, "status" | "message"> | null {
	if (freshnessGate(run, source) === null)
		return { status: "no-op", message: `not asked: the gate of ${source.layer} is off` };
	if (agedBy(source, run.ports.adapter.dialect) !== null) return null;
	return { status: "warn", message: "its age is not known: set loaded_at_field or loaded_at_query" };
}

/** Never rejects: a source that cannot be asked is a result, with dbt's status `runtime error`. */
export async function runFreshness(run: Run, source: SourceNode, slot: number): Promise<void> {
	const { adapter, clock, emit } = run.ports;
	const thread = `Thread-${slot + 1}`;
	const watch = startStopwatch(clock);
	emit({
		event: "node.started",
		node_id: source.unique_id,
		name: source.name,
		resource_type: "source",
		layer: source.layer,
		materialized: "freshness",
		thread,
	});
	watch.compiled();
	const notAsked = run.gated ? reasonNotToAsk(run, source) : null;
	if (notAsked !== null) {
		settle(run, nodeResult(source, { ...notAsked, ...watch.read(), thread_id: thread }));
		return;
	}
	try {
		const asked = await withRetries(run, () => adapter.withSession((session) => askFreshness(run, session, source)), {
			node: source.unique_id,
			what: source.name,
		});
		const outcome = weighFreshness(run, source, asked);
		settle(run, nodeResult(source, { ...outcome, ...watch.read(), thread_id: thread }));
	} catch (error) {
		if (wasStopped(run, error)) return;
		const diagnostic = ageUnknown(run, source, error);
		settle(
			run,
			nodeResult(source, {
				status: "runtime error",
				message: failureMessage(run, source, error, diagnostic),
				diagnostic,
				...watch.read(),
				thread_id: thread,
			}),
		);
	}
}
