import { type BatchResults, type EventWindow, eventTimeIso } from "../core/eventTime.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { DBT_VERSION } from "../core/version.ts";
import { asDbtSkips } from "./ephemeralSkips.ts";
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
	/** The nodes with inputs first, the order in which dbt finishes them with one thread; absent: by id. */
	readonly order?: readonly NodeId[];
}

const SCHEMA = "https://schemas.getdbt.com/dbt/run-results/v6.json";

/**
 * The texts of run_results.json, version 6, to be written one after the other: of a build of ten thousand models it is
 * longer than all that the run holds. Hooks at the start come first, then the nodes in `order`, hooks at the end
 * last; args and env are sorted by name, so that two equal runs differ in times and ids only. What tfm adds to a result
 * (layer, published, held) is not in dbt's schema and stays out.
 */
export function* toRunResultsJson(run: RunResult, meta: RunResultsMeta): Generator<string> {
	const redact = createRedactor(meta.secrets ?? []);
	const metadata = {
		dbt_schema_version: SCHEMA,
		dbt_version: DBT_VERSION,
		generated_at: meta.generatedAt,
		invocation_id: meta.invocationId,
		invocation_started_at: meta.invocationStartedAt,
		env: sorted(meta.env),
	};
	yield `{"metadata":${JSON.stringify(metadata)},"results":[`;
	let comma = "";
	for (const result of asDbtSkips(inOrder(run.results, meta.order ?? []), run.command)) {
		yield `${comma}${JSON.stringify(resultEntry(result, redact))}`;
		comma = ",";
	}
	yield `],"elapsed_time":${JSON.stringify(run.elapsed)},"args":${JSON.stringify(redact(sorted(meta.args)))}}`;
}

function inOrder(results: readonly NodeResult[], order: readonly NodeId[]): readonly NodeResult[] {
	const place = new Map(order.map((id, at) => [id, at]));
	const rank = ({ unique_id: id, resource_type: type }: NodeResult): number =>
		place.get(id) ?? (type === "operation" && !id.includes("-on-run-end-") ? -1 : order.length);
	return [...results].sort((a, b) => rank(a) - rank(b) || (a.unique_id < b.unique_id ? -1 : 1));
}

/** A seed that was left alone because nothing about it changed is as good as loaded: dbt knows no other outcome of a seed. */
const statusAsDbt = ({ status, resource_type: type }: NodeResult): NodeResult["status"] =>
	type === "seed" && status === "no-op" ? "success" : status;

/** dbt says nothing of a node whose input failed: the input's own entry does. In a layered run the reason is worth more. */
const messageAsDbt = ({ message, held, layer, resource_type: type }: NodeResult): string | null =>
	(held?.kind === "upstream" || held?.kind === "hook") && layer === null && type !== "operation" ? null : message;

/** `--changed`: `SELECT 3 (stg_orders changed)`. */
const withReason = (message: string | null, { why, status }: NodeResult): string | null =>
	why === undefined || status !== "success" ? message : `${message ?? ""} (${why})`.trimStart();

/** A seed is nothing that dbt compiles; what it says of a node that has no SQL, or of a unit test that got none, is null. */
const isCompiled = ({ resource_type: type, compiled }: NodeResult): boolean =>
	type !== "seed" && type !== "exposure" && type !== "saved_query" && (type !== "unit_test" || compiled);

function resultEntry(result: NodeResult, redact: <T>(value: T) => T) {
	return {
		status: statusAsDbt(result),
		timing: result.timing,
		thread_id: result.thread_id,
		execution_time: result.execution_time,
		adapter_response: redact(result.adapter_response),
		message: redact(withReason(messageAsDbt(result), result)),
		failures: result.failures,
		unique_id: result.unique_id,
		compiled: isCompiled(result) ? result.compiled : null,
		compiled_code: result.compiled_code,
		relation_name: isCompiled(result) ? result.relation_name : null,
		batch_results: batchResults(result.batch_results),
		overload_results: result.overload_results ?? null,
	};
}

const batchResults = (results: BatchResults | undefined) => {
	if (results === undefined) return null;
	const windows = (of: readonly EventWindow[]) => of.map(({ start, end }) => [eventTimeIso(start), eventTimeIso(end)]);
	return { successful: windows(results.successful), failed: windows(results.failed) };
};

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
	Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
