import { changeKey, changeReadings, type ProjectFacts, sourceObject } from "../context/context.ts";
import type { FreshnessReading } from "../core/freshness.ts";
import type { NodeId, SourceNode } from "../core/node.ts";
import type { Resumable, Value } from "../jinja/jinja.ts";

export const CHANGE_TIMES_MACRO = "get_relation_last_modified";

/** The ages of tables by the engine's catalog: dbt's macro, called once for each database. */
export function* changeTimes(
	facts: ProjectFacts,
	all: readonly SourceNode[],
	call: (positional: readonly Value[]) => Resumable<Value>,
): Resumable<ReadonlyMap<NodeId, FreshnessReading>> {
	const readings = new Map<NodeId, FreshnessReading>();
	for (const database of new Set(all.map((source) => source.database))) {
		const sources = all.filter((source) => source.database === database);
		const relations = sources.map((source) => sourceObject(facts, source));
		const found = changeReadings(yield* call([relations[0]!.informationSchema(null), relations]), CHANGE_TIMES_MACRO);
		for (const { unique_id, schema, identifier } of sources) {
			const reading = found.get(changeKey(schema, identifier));
			if (reading !== undefined) readings.set(unique_id, reading);
		}
	}
	return readings;
}
