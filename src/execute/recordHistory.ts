/**
 * What a run did, written at its end in a few statements of one transaction. It is told for people and for later runs
 * ("usually 11s"); nothing of the run depends on it, so a refusal is a warning.
 */
import { diagnostic } from "../core/diagnostic.ts";
import type { ColumnsRow, FreshnessRow, MeasureRow, NodeRunRow, RunHistory, TestResultRow } from "../core/history.ts";
import type { BuiltIntervals } from "../core/intervals.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { outlinesOf } from "../core/nodeOutline.ts";
import { dimensionOf } from "../core/qualityDimension.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { NodeResult } from "../core/result.ts";
import { rowsBrought } from "../core/rowsBrought.ts";
import { samePlain } from "../core/samePlain.ts";
import type { RunStatus } from "../core/state.ts";
import { passedStatements } from "./passedTests.ts";
import { writes } from "./prepare.ts";
import { buildTasks, projectTargetOf, type Run, targetOf } from "./run.ts";
import { runBound, statement } from "./statement.ts";

export interface EndedRun {
	readonly results: readonly NodeResult[];
	readonly status: RunStatus;
	readonly startedAt: string;
}

const MESSAGE_LENGTH = 500;

const firstLine = (text: string | null): string | null =>
	text === null ? null : (text.split("\n", 1)[0] ?? "").slice(0, MESSAGE_LENGTH);

/** A candidate that was used again says nothing about how long a build takes; a held one was built all the same. */
const statusOf = (result: NodeResult): string =>
	result.published === "held" ? "held" : result.reused === undefined ? result.status : "reused";

/** dbt's first line only names the node. What a database says may quote a value of a row, which has no place here. */
const wordsOf = ({ diagnostic: told, message }: NodeResult): string | null =>
	told?.code === "TFM-RUN-005" ? told.message : message;

const NOTED: ReadonlySet<string> = new Set(["exposure", "saved_query"]);

function nodeRuns(run: Run, results: readonly NodeResult[], at: string): readonly NodeRunRow[] {
	return results.flatMap((result): NodeRunRow[] => {
		const { unique_id: node, resource_type: resourceType } = result;
		if (resourceType === "test" || resourceType === "unit_test" || NOTED.has(resourceType)) return [];
		const config = findNode(run.job.manifest, node)?.config as { readonly materialized?: unknown } | undefined;
		return [
			{
				node,
				layer: result.layer,
				resourceType,
				materialized: typeof config?.materialized === "string" ? config.materialized : null,
				status: statusOf(result),
				published: result.published,
				startedAt: result.timing[0]?.started_at ?? at,
				seconds: result.execution_time,
				rows: rowsBrought(result.adapter_response),
				code: result.diagnostic?.code ?? null,
				message: firstLine(wordsOf(result)),
			},
		];
	});
}

function testResults(run: Run, results: readonly NodeResult[], at: string): readonly TestResultRow[] {
	return results.flatMap((result): TestResultRow[] => {
		const test = findNode(run.job.manifest, result.unique_id);
		if (test?.resource_type !== "test" && test?.resource_type !== "unit_test") return [];
		const attached = test.resource_type === "test" ? test.attached_node : null;
		const reads = test.depends_on.nodes;
		const severity = (test.config as { readonly severity?: unknown }).severity;
		return [
			{
				test: test.unique_id,
				node: attached ?? (reads.length === 1 ? (reads[0] ?? null) : null),
				column: test.resource_type === "test" ? test.column_name : null,
				layer: result.layer,
				dimension: dimensionOf(test),
				severity: String(severity ?? "error").toLowerCase(),
				status: result.status,
				failures: result.failures,
				seconds: result.execution_time,
				at: result.timing[0]?.started_at ?? at,
			},
		];
	});
}

const sourceAges = (results: readonly NodeResult[]): readonly FreshnessRow[] =>
	results.flatMap(({ unique_id: source, freshness, status }) =>
		freshness === undefined
			? []
			: [{ source, status, maxLoadedAt: freshness.max_loaded_at, age: freshness.age, at: freshness.snapshotted_at }],
	);

/** What readers see now of this run. */
function publishedTargets(run: Run, results: readonly NodeResult[]): ReadonlyMap<NodeId, RelationName> {
	const layered = run.job.layering !== null;
	const ids = new Set(
		results
			.filter((r) => r.published === "published" || r.published === "direct" || (!layered && r.status === "success"))
			.map((r) => r.unique_id),
	);
	return new Map(
		buildTasks(run.graph).flatMap((task) =>
			ids.has(task.id) && task.node.resource_type !== "function" ? [[task.id, targetOf(run, task.node)]] : [],
		),
	);
}

/** Windows that are in published tables by this run. */
function builtIntervals(run: Run, results: readonly NodeResult[]): readonly BuiltIntervals[] {
	const layered = run.job.layering !== null;
	return results.flatMap((result): BuiltIntervals[] => {
		const { unique_id: node, batch_results: batches, published } = result;
		const stands = published === "published" || published === "direct" || (!layered && batches !== undefined);
		if (batches === undefined || batches.successful.length === 0 || !stands) return [];
		const model = run.job.manifest.nodes.get(node);
		if (model === undefined) return [];
		const own = model.config.full_refresh;
		const whole = typeof own === "boolean" ? own : run.job.flags.fullRefresh;
		return [{ node, schema: model.schema, windows: batches.successful, whole }];
	});
}

/** Columns of what was published, where they are not as last written down: one catalog query for all. */
async function changedColumns(run: Run, results: readonly NodeResult[]): Promise<readonly ColumnsRow[]> {
	const targets = publishedTargets(run, results);
	if (targets.size === 0) return [];
	const { adapter, state } = run.ports;
	return adapter.withSession(async (session) => {
		const there = await session.listColumns([...targets.values()]);
		const here = new Map([...targets].map(([node, { schema }]) => [node, schema]));
		const known = await state.latestColumns(session, run.job.manifest.projectName, here);
		return [...targets].flatMap(([node, target]) => {
			const columns = there.get(relationKey(target))?.map(({ name, type }) => ({ name, type }));
			return columns === undefined || samePlain(columns, known.get(node) ?? null)
				? []
				: [{ node, schema: target.schema, columns }];
		});
	});
}

/** By the name of a test that needs them: the measure that it looks at over time. */
const MEASURED: Readonly<Record<string, string>> = { volume_anomaly: "row_count", null_rate_anomaly: "null_rate" };

/** What the anomaly tests of a node look at, of the node as readers see it now: one scan for all of them. */
async function measures(run: Run, results: readonly NodeResult[]): Promise<readonly MeasureRow[]> {
	const targets = publishedTargets(run, results);
	const wanted = new Map<NodeId, { readonly measure: string; readonly column: string | null }[]>();
	const { nodes, children } = run.job.manifest;
	const readers = new Set([...targets.keys()].flatMap((id) => children.get(id) ?? []));
	for (const { unique_id: id, test_metadata: generic } of outlinesOf(nodes)) {
		const measure = MEASURED[generic?.name ?? ""];
		// What reads none of them, or wants nothing kept, is not read here either.
		const test = measure !== undefined && readers.has(id) ? nodes.get(id) : undefined;
		if (measure === undefined || test?.resource_type !== "test") continue;
		if (test.attached_node === null || !targets.has(test.attached_node)) continue;
		const column = measure === "row_count" ? null : test.column_name;
		const known = wanted.get(test.attached_node) ?? [];
		if (!known.some((one) => one.measure === measure && one.column === column)) known.push({ measure, column });
		wanted.set(test.attached_node, known);
	}
	const found: MeasureRow[] = [];
	for (const [node, list] of wanted) {
		const figures = list.map(({ column }) =>
			column === null ? "count(*)::float8" : `coalesce(avg((${column} is null)::int), 0)::float8`,
		);
		const target = targets.get(node)!;
		const relation = run.ports.adapter.dialect.building.nameOf(target);
		const sql = `select ${figures.join(", ")} from ${relation}`;
		const { rows } = await run.ports.adapter.withSession((session) =>
			statement(run, { node, purpose: "measure", sql }, (options) => session.query(sql, [], options)),
		);
		for (const [i, { measure, column }] of list.entries())
			found.push({ node, schema: target.schema, measure, column, value: Number(rows[0]?.[i]) });
	}
	return found;
}

/** What the run itself knows, without asking the database. */
const toldOf = (run: Run, results: readonly NodeResult[], at: string): RunHistory => ({
	runId: run.job.runId,
	project: run.job.manifest.projectName,
	at,
	nodes: nodeRuns(run, results, at),
	tests: testResults(run, results, at),
	freshness: sourceAges(results),
	columns: [],
	measures: [],
});

/** The server is gone: how the run ended is kept beside it, until a later command can write it down. */
export function leaveUnrecorded(run: Run, startedAt: string, results: readonly NodeResult[]): void {
	const { job, ports } = run;
	if (!writes(run)) return;
	const endedAt = ports.clock().toISOString();
	const { projectName: project } = job.manifest;
	const history = job.history === undefined || results.length === 0 ? null : toldOf(run, results, endedAt);
	ports.leaveUnrecorded({ runId: job.runId, project, startedAt, status: "failed", endedAt, history });
}

async function write(run: Run, ended: EndedRun, keepMs: number): Promise<void> {
	const { job, ports } = run;
	const { adapter, state, clock } = ports;
	const project = job.manifest.projectName;
	const wrote = writes(run);
	// What only tests, or only asks for ages, leaves no tables behind in somebody's database.
	if (!wrote && !(await adapter.withSession((session) => state.canRecord(session)))) return;
	const now = clock();
	const at = now.toISOString();
	const history: RunHistory = {
		...toldOf(run, ended.results, at),
		columns: wrote ? await changedColumns(run, ended.results) : [],
		measures: wrote ? await measures(run, ended.results) : [],
	};
	const { name: host, pid } = job.host;
	const about = { runId: job.runId, ...projectTargetOf(job) };
	const row = { ...about, command: job.command, host, pid, startedAt: ended.startedAt };
	const before = new Date(now.getTime() - keepMs).toISOString();
	await adapter.withSession((session) =>
		session.transaction(async () => {
			await runBound(session, [
				...(wrote ? [] : state.recordRun(row, ended.status, at)),
				...(wrote ? passedStatements(run) : []),
				...state.saveHistory(history),
				...state.saveIntervals(history, builtIntervals(run, ended.results)),
				...state.purgeHistory(project, before),
			]);
			if (wrote) await state.endRun(session, job.runId, ended.status, at);
		}),
	);
}

/**
 * Ends the run in the state tables, its history in the same transaction: a run that is killed stands as killed and has no
 * history, or has all of it. Where the history cannot be written the run ends without, which is a warning. Rejects when
 * not even the end can be written.
 */
export async function endWithHistory(run: Run, ended: EndedRun): Promise<void> {
	const { history, flags } = run.job;
	// A look at candidates judges nothing that readers see; unit tests that are offline have no database.
	const silent = history === undefined || flags.candidates || flags.offline || ended.results.length === 0;
	if (silent) return endRun(run, ended.status);
	try {
		await write(run, ended, history.keepMs);
	} catch (error) {
		await endRun(run, ended.status);
		const message = error instanceof Error ? error.message : String(error);
		run.ports.emit(
			{ event: "diagnostic", diagnostic: diagnostic("TFM-HIST-001", { message }, { severity: "warning" }) },
			"warn",
		);
	}
}

/** The state store's last word on the run. After a cancel the signal is spent, so none is passed. */
export async function endRun(run: Run, status: RunStatus): Promise<void> {
	if (!writes(run)) return;
	const { adapter, state, clock } = run.ports;
	const passed = passedStatements(run);
	if (passed.length > 0) await adapter.withSession((session) => session.transaction(() => runBound(session, passed)));
	await adapter.withSession((session) => state.endRun(session, run.job.runId, status, clock().toISOString()));
}
