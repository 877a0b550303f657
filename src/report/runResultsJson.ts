import type { NodeResult, RunResult } from "../core/result.ts";
import { DBT_VERSION } from "../core/version.ts";
import { createRedactor } from "./redact.ts";

export interface RunResultsMeta {
	readonly generatedAt: string;
	readonly invocationId: string;
	readonly invocationStartedAt: string;
	/** dbt's `DBT_ENV_CUSTOM_ENV_X` variables, by X. */
	readonly env: Readonly<Record<string, string>>;
	/** Flags of the invocation, with `which` and `invocation_command`. */
	readonly args: Readonly<Record<string, unknown>>;
	/** Values that no output may show: taken out of messages, responses and args. SQL is written as it was compiled. */
	readonly secrets?: readonly string[];
}

const SCHEMA = "https://schemas.getdbt.com/dbt/run-results/v6.json";

/**
 * The text of run_results.json, version 6. Results are sorted by node, args and env by name, so that two equal runs
 * differ in times and ids only. What tfm adds to a result (layer, published, held) is not in dbt's schema and stays out.
 */
export function toRunResultsJson(run: RunResult, meta: RunResultsMeta): string {
	const redact = createRedactor(meta.secrets ?? []);
	const document = {
		metadata: {
			dbt_schema_version: SCHEMA,
			dbt_version: DBT_VERSION,
			generated_at: meta.generatedAt,
			invocation_id: meta.invocationId,
			invocation_started_at: meta.invocationStartedAt,
			env: sorted(meta.env),
		},
		results: [...run.results]
			.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
			.map((result) => resultEntry(result, redact)),
		elapsed_time: run.elapsed,
		args: redact(sorted(meta.args)),
	};
	return JSON.stringify(document);
}

function resultEntry(result: NodeResult, redact: <T>(value: T) => T) {
	return {
		status: result.status,
		timing: result.timing,
		thread_id: result.thread_id,
		execution_time: result.execution_time,
		adapter_response: redact(result.adapter_response),
		message: redact(result.message),
		failures: result.failures,
		unique_id: result.unique_id,
		compiled: result.compiled,
		compiled_code: result.compiled_code,
		relation_name: result.relation_name,
		batch_results: null,
		overload_results: null,
	};
}

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
	Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
