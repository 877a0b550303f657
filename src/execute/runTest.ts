/** One data test: compiled against candidates where they stand, run, judged, and weighed by its layer's gate. */
import type { Session } from "../core/adapter.ts";
import type { CompiledNode } from "../core/compiler.ts";
import { TfmError } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import { nativeOutcome } from "../core/nativeOutcome.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { NodePlan } from "../core/plan.ts";
import type { TestVerdict } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import type { TemplateMessage } from "../core/request.ts";
import type { NodeResult } from "../core/result.ts";
import type { ResultTable } from "../core/resultTable.ts";
import { storedName } from "../core/storedName.ts";
import { askShared } from "./askShared.ts";
import { drivePlan } from "./drivePlan.ts";
import { emitMessages } from "./driveTemplate.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { failedModel, failureMessage } from "./failureMessage.ts";
import { nameProblem } from "./nameProblem.ts";
import { countedNatively } from "./nativeTests.ts";
import { nodeResult, startStopwatch } from "./nodeResult.ts";
import { leftTest, looksAt, notePassed, passedBefore } from "./passedTests.ts";
import { prepareTest, rowTestIn } from "./prepareTest.ts";
import { keepsRows, repeatTest } from "./repeatable.ts";
import { layerNamed, type Run } from "./run.ts";
import { sessionOf } from "./sessionOf.ts";
import { settle } from "./settle.ts";
import { databaseErrorOf } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

/** The layer that a test judges: its own, else the latest among what it reads. */
function layerOfTest(run: Run, test: TestNode): string | null {
	if (test.layer !== null) return test.layer;
	let latest: { readonly name: string; readonly index: number } | null = null;
	for (const id of run.job.manifest.parents.get(test.unique_id) ?? []) {
		const layer = layerNamed(run, findNode(run.job.manifest, id)?.layer ?? null);
		if (layer !== undefined && (latest === null || layer.index > latest.index)) latest = layer;
	}
	return latest?.name ?? null;
}

const isBuiltHere = (run: Run, id: NodeId): boolean =>
	run.graph.tasks.get(id)?.kind === "build" && run.states.get(id)?.kind === "done";

/** A node of the test's own layer that it reads and this run did not build: such a test does not close the gate. */
export function unbuiltInput(run: Run, test: TestNode): NodeId | null {
	const { manifest } = run.job;
	const layer = layerOfTest(run, test);
	for (const id of manifest.parents.get(test.unique_id) ?? []) {
		const node = manifest.nodes.get(id);
		if (node === undefined || node.layer !== layer || node.config.materialized === "ephemeral") continue;
		if (!isBuiltHere(run, id)) return id;
	}
	return null;
}

/** What the gate makes of a verdict: under `gate: warn`, and over a mixture, a failure only warns. */
function weigh(run: Run, test: TestNode, verdict: TestVerdict): TestVerdict {
	if (!run.gated || verdict.status !== "fail") return verdict;
	const layer = layerNamed(run, layerOfTest(run, test));
	if (layer?.gate === "warn") {
		run.softened.add(test.unique_id);
		return { ...verdict, status: "warn", message: `${verdict.message ?? ""} (the gate of ${layer.name} only warns)` };
	}
	const unbuilt = unbuiltInput(run, test);
	// Over a mixture of new and old rows nobody can say which of them are wrong. A test of published rows alone was asked
	// for by name: its failure counts, though it holds nothing back.
	const mixture = (run.job.manifest.parents.get(test.unique_id) ?? []).some((id) => isBuiltHere(run, id));
	if (unbuilt === null || !mixture) return verdict;
	const name = findNode(run.job.manifest, unbuilt)?.name ?? unbuilt;
	return {
		...verdict,
		status: "warn",
		message: `${verdict.message ?? ""} (warns only: this run did not build ${name})`,
	};
}

/** With the columns noted that may hold personal data, whatever their names. */
async function sampleOf(run: Run, test: TestNode, whole: ResultTable): Promise<ResultTable> {
	const sample = keysOf(run, test, whole);
	if (sample.rows.length === 0) return sample;
	const isPersonal = await run.ports.personalColumns(test.unique_id);
	const columns = sample.columns.map((column) =>
		isPersonal(column.name) ? { ...column, personal: true as const } : column,
	);
	return { ...sample, columns };
}

/**
 * A sample goes to logs that more people read than the table itself, so it shows the key of what is tested and, of a test
 * on a column, that column. `--show-rows` and `show --failures` have the whole rows. A test of the project's own SQL says
 * itself what it shows, and without a key a row could not be found.
 */
function keysOf(run: Run, test: TestNode, sample: ResultTable): ResultTable {
	if (run.job.flags.wholeRows === true || (test.column_name === null && test.attached_node === null)) return sample;
	const tested = test.attached_node === null ? undefined : run.job.manifest.nodes.get(test.attached_node);
	const key = tested?.resource_type === "model" ? tested.primary_key : [];
	const wanted = new Set([...key, test.column_name ?? ""].map((name) => name.toLowerCase()));
	const kept = sample.columns.flatMap((column, i) => (wanted.has(column.name.toLowerCase()) ? [i] : []));
	if (kept.length === 0) return sample;
	const pick = <T>(cells: readonly T[]): T[] => kept.map((i) => cells[i]!);
	return { ...sample, columns: pick(sample.columns), rows: sample.rows.map(pick) };
}

/** Where its failing rows are kept if they are, as the database calls it. */
function storedAt(run: Run, test: TestNode): RelationName {
	const { database, schema, alias } = test;
	const relation_name = test.relation_name ?? relationOf(run, test);
	return storedName({ database, schema, alias, relation_name }, run.ports.adapter.dialect);
}

const ONLY_NEW = "-- only the new rows are read: this test found nothing in the rows that are published";

/** What is known of the test so far, for its result should it fail. */
interface Progress {
	/** What it looks at, for `--changed`; null: nobody can say. */
	looksAt: string | null;
	sql: string | null;
	ctes: CompiledNode["ctes"];
	macros: CompiledNode["macros"];
}

/** A test that only the command line makes store its rows has its relation from its compilation on (dbt). */
function relationByFlag(run: Run, test: TestNode): Partial<NodeResult> {
	if (run.job.flags.storeFailures !== true || test.config.store_failures != null) return {};
	return { relation_name: relationOf(run, test) };
}

/** Of its failing rows, as readers are given it. */
const relationOf = ({ job, ports }: Run, { database, schema, alias: identifier }: TestNode): string =>
	ports.adapter.dialect.render({ database, schema, identifier }, job.quoting);

const textFacts = (run: Run, test: TestNode, { sql, ctes, macros }: Progress): Partial<NodeResult> => ({
	...(sql === null ? {} : relationByFlag(run, test)),
	compiled: sql !== null,
	compiled_code: sql,
	...(ctes.length === 0 ? {} : { extra_ctes: ctes }),
	...(macros.length === 0 ? {} : { macros }),
});

/** `test --native`: judged by the number that the warehouse has; false: it has none. */
async function workNatively(run: Run, test: TestNode, thread: string): Promise<boolean> {
	const watch = startStopwatch(run.ports.clock);
	const failures = await countedNatively(run, test);
	if (failures === null) return false;
	const outcome = nativeOutcome(failures, test);
	const verdict = weigh(run, test, run.ports.judgeTest(outcome, test, { warnError: run.job.flags.warnError }));
	settle(run, nodeResult(test, { ...verdict, ...watch.read(), thread_id: thread, compiled: false }));
	return true;
}

async function work(run: Run, test: TestNode, thread: string, progress: Progress): Promise<void> {
	if (await workNatively(run, test, thread)) return;
	const { adapter, compiler, planNode, judgeTest } = run.ports;
	const { flags, manifest } = run.job;
	const watch = startStopwatch(run.ports.clock);
	const id = test.unique_id;
	const readsCandidates = run.standing.size > 0 && (manifest.parents.get(id) ?? []).length > 0;
	const rowTest = rowTestIn(run, test);
	let hash = "";
	let short: TemplateMessage | undefined;
	const scan = run.scans.get(id);
	const ask = async (session: Session): Promise<NodePlan | "passed before"> => {
		const drive = { run, session, node: id, inTransaction: false };
		const prepared = scan?.prepared.get(id) ?? (await prepareTest(run, test, session));
		const { compiled, query, onlyNew } = prepared;
		emitMessages(run, id, compiled.messages);
		short = compiled.messages.find(({ shortHistory }) => shortHistory !== undefined);
		progress.sql = run.toPublished(compiled.sql);
		progress.ctes = compiled.ctes.map((cte) => ({ ...cte, sql: run.toPublished(cte.sql) }));
		progress.macros = compiled.macros;
		hash = prepared.hash;
		watch.compiled();
		progress.looksAt = await looksAt(run, test, { session, sql: progress.sql });
		if (flags.changed === true && passedBefore(run, id, progress.looksAt)) return "passed before";
		const relation_name = test.relation_name ?? relationOf(run, test);
		const misnamed = keepsRows(run, test) ? nameProblem({ ...test, relation_name }, adapter.dialect) : null;
		if (misnamed !== null) throw new TfmError(misnamed);
		if (scan?.first === id && scan.state === "open") await askShared(run, scan, { session, prepared });
		const sql = onlyNew ? `${ONLY_NEW}\n${query}` : query;
		return drivePlan(
			{ ...drive, seed: null, record: () => [] },
			planNode({
				kind: "test",
				node: test,
				sql,
				storedAt: storedAt(run, test),
				storeFailures: flags.storeFailures ?? undefined,
				sampleRows: flags.showRows,
				readsCandidates,
				own: compiler.materializationOf(id),
				counted: scan?.counted.get(query) ?? null,
				render: (relation) => adapter.dialect.render(relation),
			}),
		);
	};
	const plan = await repeatTest(run, test, () => adapter.withSession(ask, sessionOf(run, test)));
	if (plan === "passed before") {
		settle(
			run,
			nodeResult(test, { ...leftTest(), ...watch.read(), thread_id: thread, ...textFacts(run, test, progress) }),
		);
		return;
	}
	if (plan.kind !== "tested") throw new Error(`the plan of ${id} ended as "${plan.kind}"`);
	if (rowTest !== null && plan.outcome.failures === 0 && run.standing.has(rowTest.node))
		run.testMemory.passed(rowTest.node, hash);
	const verdict = weigh(run, test, judgeTest(plan.outcome, test, { warnError: flags.warnError }));
	// A history that is too short is no answer yet.
	notePassed(run, id, verdict.status === "pass" && short === undefined ? progress.looksAt : null);
	settle(
		run,
		nodeResult(test, {
			...verdict,
			...(verdict.status === "pass" && short !== undefined
				? { message: short.text, shortHistory: short.shortHistory }
				: {}),
			...watch.read(),
			thread_id: thread,
			adapter_response: plan.response,
			...textFacts(run, test, progress),
			executed_code: plan.executedSql,
			...(plan.storedIn === null ? {} : { storedIn: plan.storedIn }),
			sample: verdict.status === "pass" || plan.sample === null ? null : await sampleOf(run, test, plan.sample),
		}),
	);
}

/** Never rejects. A test of a layer whose gate is off is not run: `no-op`, with the reason. */
export async function runTest(run: Run, test: TestNode, slot: number): Promise<void> {
	const { clock, emit } = run.ports;
	const layer = layerNamed(run, layerOfTest(run, test));
	if (run.gated && layer?.gate === "off") {
		settle(run, nodeResult(test, { status: "no-op", message: `not run: the gate of ${layer.name} is off` }));
		return;
	}
	const thread = `Thread-${slot + 1}`;
	const started = startStopwatch(clock);
	emit({
		event: "node.started",
		node_id: test.unique_id,
		name: test.name,
		resource_type: "test",
		layer: test.layer,
		materialized: "test",
		thread,
	});
	const progress: Progress = { looksAt: null, sql: null, ctes: [], macros: [] };
	try {
		await work(run, test, thread, progress);
	} catch (error) {
		if (wasStopped(run, error)) return;
		const diagnostic = failureDiagnostic(run, test, error);
		settle(
			run,
			nodeResult(test, {
				status: "error",
				message: failureMessage(run, test, error, diagnostic),
				diagnostic,
				...failedModel(run, error),
				...started.read(),
				thread_id: thread,
				...textFacts(run, test, progress),
				executed_code: databaseErrorOf(error)?.sql ?? null,
			}),
		);
	}
}
