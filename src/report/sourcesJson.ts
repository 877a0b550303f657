import type { NodeResult, RunResult } from "../core/result.ts";
import { DBT_VERSION } from "../core/version.ts";
import type { RunResultsMeta } from "./runResultsJson.ts";

const SCHEMA = "https://schemas.getdbt.com/dbt/sources/v3.json";

/**
 * The text of sources.json, version 3: how old each source was, by id. As in dbt 1.12 a source that could not be asked
 * is not in it, though the schema has a place for it.
 */
export function toSourcesJson(
	run: Pick<RunResult, "results" | "elapsed">,
	meta: Omit<RunResultsMeta, "args" | "order" | "secrets">,
): string {
	const entries = run.results
		.flatMap((result) => (result.freshness === undefined ? [] : [entry(result, result.freshness)]))
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1));
	return JSON.stringify({
		metadata: {
			dbt_schema_version: SCHEMA,
			dbt_version: DBT_VERSION,
			generated_at: meta.generatedAt,
			invocation_id: meta.invocationId,
			invocation_started_at: meta.invocationStartedAt,
			env: Object.fromEntries(Object.entries(meta.env).sort(([a], [b]) => (a < b ? -1 : 1))),
		},
		results: entries,
		elapsed_time: run.elapsed,
	});
}

function entry(result: NodeResult, { criteria, ...reading }: NonNullable<NodeResult["freshness"]>) {
	return {
		unique_id: result.unique_id,
		max_loaded_at: reading.max_loaded_at,
		snapshotted_at: reading.snapshotted_at,
		max_loaded_at_time_ago_in_s: reading.age,
		status: result.status,
		criteria,
		adapter_response: result.adapter_response,
		timing: result.timing,
		thread_id: result.thread_id,
		execution_time: result.execution_time,
	};
}
