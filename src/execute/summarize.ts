import type { EventBody, RunSummary } from "../core/events.ts";
import type { NodeId, ResourceType } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import type { Run } from "./run.ts";
import { hasWork } from "./runGraph.ts";
import type { StageReport } from "./runStage.ts";
import { isFailure } from "./settle.ts";

const isTest = ({ resource_type: type }: NodeResult): boolean => type === "test" || type === "unit_test";
const BUILDS: ReadonlySet<ResourceType> = new Set(["function", "model", "seed", "snapshot"]);

/** Built in this run: a success, or a candidate that stands though it was not published. */
const wasBuilt = (result: NodeResult): boolean =>
	BUILDS.has(result.resource_type) &&
	result.reused === undefined &&
	(result.status === "success" || result.published === "held");

/** What dbt lists among the results though nothing is done for it. */
const isNoted = ({ resource_type: type }: NodeResult): boolean => type === "exposure" || type === "saved_query";

const SLOWEST = 3;

/** Layers of this run that were published without their tests, because their gate is off. */
const layersWithoutGate = (run: Run): readonly string[] =>
	run.graph.stages.flatMap(({ layer, ids }) =>
		layer?.gate === "off" && ids.some((id) => run.graph.tasks.get(id)?.kind === "test") ? [layer.name] : [],
	);

export function summarize(run: Run, results: readonly NodeResult[]): RunSummary {
	const ids = (wanted: (result: NodeResult) => boolean): readonly NodeId[] =>
		results
			.filter(wanted)
			.map((result) => result.unique_id)
			.sort();
	const tests = results.filter(isTest);
	const count = (status: NodeResult["status"]): number => tests.filter((t) => t.status === status).length;
	const layered = run.job.layering !== null;
	const published = ids(
		(r) =>
			r.published === "published" ||
			r.published === "direct" ||
			(!layered && BUILDS.has(r.resource_type) && r.status === "success"),
	);
	const held = ids((r) => r.published === "held");
	const blocked = ids(
		(r) =>
			!isTest(r) && !isNoted(r) && r.status === "skipped" && r.published !== "held" && r.resource_type !== "operation",
	);
	const reused = ids((r) => r.reused !== undefined);
	const gatesOff = run.gated ? layersWithoutGate(run) : [];
	return {
		...(run.counts.retried === 0 ? {} : { retried: run.counts.retried }),
		...(gatesOff.length === 0 ? {} : { gatesOff }),
		...(reused.length === 0 ? {} : { reused }),
		built: results.filter(wasBuilt).length,
		published,
		held,
		blocked,
		failed: ids(isFailure),
		tests: {
			passed: count("pass"),
			failed: count("fail"),
			warned: count("warn"),
			errored: count("error"),
			skipped: count("skipped"),
			...(count("reused") === 0 ? {} : { reused: count("reused") }),
		},
		slowest: results
			.filter((r) => BUILDS.has(r.resource_type) && r.execution_time > 0)
			.sort((a, b) => b.execution_time - a.execution_time || (a.unique_id < b.unique_id ? -1 : 1))
			.slice(0, SLOWEST)
			.map((r) => ({ node: r.unique_id, seconds: r.execution_time })),
		leftUntouched: [...held, ...blocked].filter(run.identities.isPublished).sort(),
	};
}

/** dbt's rule: any result that is an error, a failure or a skip makes the exit code 1. */
export function exitCodeOf(run: Run, results: readonly NodeResult[]): RunResult["exitCode"] {
	if (run.stopReason()?.kind === "cancelled") return 130;
	return results.some((r) => isFailure(r) || r.status === "skipped") ? 1 : 0;
}

/** Of nodes; a source that only warns was loaded, or asked for its age. */
const WELL: ReadonlySet<NodeResult["status"]> = new Set(["success", "no-op", "reused", "pass", "warn"]);

export function layerFinished(run: Run, report: StageReport): EventBody | null {
	const { stage } = report;
	if (stage.layer === null || !hasWork(run.graph, stage)) return null;
	const results = stage.ids.flatMap((id) => run.results.get(id) ?? []);
	const tests = results.filter(isTest);
	const nodes = results.filter((r) => !isTest(r) && !isNoted(r));
	const failed = results.filter(isFailure).length;
	const held = nodes.some((r) => r.published === "held");
	const blocked = nodes.length > 0 && nodes.every((r) => r.status === "skipped" && r.published !== "held");
	return {
		event: "layer.finished",
		layer: stage.layer.name,
		status: blocked
			? "blocked"
			: report.gateClosed || held
				? "held"
				: stage.ids.some((id) => run.softened.has(id))
					? "warned"
					: "published",
		built: nodes.filter((r) => WELL.has(r.status) || r.published === "held").length,
		nodes: nodes.length,
		failed,
		warned: tests.filter((t) => t.status === "warn").length,
		testsPassed: tests.filter((t) => t.status === "pass" || t.status === "reused").length,
		tests: tests.length,
		duration_ms: report.durationMs,
	};
}

export function runStarted(run: Run): EventBody {
	const { job, graph } = run;
	const counts: Partial<Record<ResourceType | "load", number>> = {};
	for (const task of graph.tasks.values()) {
		if (task.kind === "pass") continue;
		const kind = task.kind === "load" ? "load" : task.node.resource_type;
		counts[kind] = (counts[kind] ?? 0) + 1;
	}
	const tests = (ids: readonly NodeId[]): number =>
		ids.filter((id) => ["test", "unit"].includes(graph.tasks.get(id)?.kind ?? "")).length;
	const passes = (ids: readonly NodeId[]): number =>
		ids.filter((id) => ["pass", "noop"].includes(graph.tasks.get(id)?.kind ?? "")).length;
	return {
		event: "run.started",
		command: job.command,
		project: job.manifest.projectName,
		target: job.about.target,
		engine: job.about.engine,
		threads: Math.min(job.flags.threads, run.ports.adapter.capabilities.concurrency),
		version: job.about.version,
		layers: job.layering?.layers.map((layer) => layer.name) ?? null,
		counts,
		perLayer: graph.stages.flatMap((stage) =>
			stage.layer === null || !hasWork(graph, stage)
				? []
				: [
						{
							layer: stage.layer.name,
							nodes: stage.ids.length - tests(stage.ids) - passes(stage.ids),
							tests: tests(stage.ids),
						},
					],
		),
		gates: run.gated,
	};
}
