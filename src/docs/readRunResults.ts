import { existsSync } from "node:fs";
import { join } from "node:path";
import { rowsBrought } from "../core/rowsBrought.ts";
import { artifactEntries, checkVersion, type Json, objectOf, textOf } from "./artifact.ts";
import type { PastNode, PastRunFacts, ResultFact } from "./siteSource.ts";
import { arrayOf } from "./sourceAges.ts";

export interface RunResults {
	/** Null: the command only compiled, and its statuses say nothing of tables and tests. */
	readonly run: PastRunFacts | null;
	readonly results: ReadonlyMap<string, ResultFact>;
}

/** Their results say that SQL could be made. */
const COMPILES = new Set(["compile", "generate", "docs generate", "parse", "list"]);

/** run_results.json of the last command, of tfm or dbt; nothing where there is none. */
export function readRunResults(target: string): RunResults {
	const results = new Map<string, ResultFact>();
	const path = join(target, "run_results.json");
	if (!existsSync(path)) return { run: null, results };
	const nodes: PastNode[] = [];
	const tests: [number, number, number] = [0, 0, 0];
	let metadata: Json = {};
	let args: Json = {};
	let elapsed = 0;
	const whole = new Set(["metadata", "args", "elapsed_time"]);
	for (const { section, key, value } of artifactEntries(path, new Set(["results"]), whole)) {
		if (section === null) {
			if (key === "metadata") metadata = objectOf(value);
			else if (key === "args") args = objectOf(value);
			else elapsed = Number(value) * 1000 || 0;
			continue;
		}
		const result = objectOf(value);
		const id = textOf(result.unique_id);
		const { started, ended } = timesOf(result);
		const status = textOf(result.status);
		const ms = Number(result.execution_time) * 1000 || 0;
		results.set(id, {
			status,
			failures: typeof result.failures === "number" ? result.failures : null,
			message: textOf(result.message) || null,
			ms,
			at: ended,
		});
		if (id.startsWith("test.") || id.startsWith("unit_test."))
			if (status !== "skipped") tests[status === "pass" || status === "success" ? 0 : status === "warn" ? 1 : 2]++;
		nodes.push({
			node: id,
			status,
			startedAt: started,
			ms,
			rows: rowsBrought(objectOf(result.adapter_response)),
			thread: textOf(result.thread_id),
		});
	}
	checkVersion(path, metadata, /\/run-results\/v[456]\.json$/, "run_results versions 4 to 6");
	const command = textOf(args.which) || "run";
	if (COMPILES.has(command)) return { run: null, results: new Map() };
	const startedAt = nodes.reduce(
		(least, node) => (node.startedAt > 0 ? Math.min(least, node.startedAt) : least),
		Number.POSITIVE_INFINITY,
	);
	const failed = [...results.values()].some(
		({ status }) => status === "error" || status === "fail" || status === "runtime error",
	);
	const run: PastRunFacts = {
		id: textOf(metadata.invocation_id),
		command,
		args: textOf(args.invocation_command),
		status: failed ? "failed" : "success",
		startedAt: Number.isFinite(startedAt) ? startedAt : Date.parse(textOf(metadata.generated_at)) || 0,
		ms: elapsed,
		nodes,
		tests,
		dimensions: {},
		failing: [...results].flatMap(([id, { status, failures }]) =>
			/^(?:unit_)?test\./.test(id) && status !== "pass" && status !== "success" && status !== "skipped"
				? [[id, status, failures] as const]
				: [],
		),
	};
	return { run, results };
}

function timesOf(result: Json): { started: number; ended: number } {
	const times = arrayOf(result.timing).map(objectOf);
	const starts = times.map((time) => Date.parse(textOf(time.started_at))).filter(Number.isFinite);
	const ends = times.map((time) => Date.parse(textOf(time.completed_at))).filter(Number.isFinite);
	return { started: starts.length === 0 ? 0 : Math.min(...starts), ended: ends.length === 0 ? 0 : Math.max(...ends) };
}
