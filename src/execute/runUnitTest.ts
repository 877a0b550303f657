/**
 * One unit test: the model's query over the given rows, beside the expected ones. It runs on the target, right before
 * its model; where the target lacks a relation that an input stands for, so that nothing there tells the input's
 * columns, it runs on an empty embedded database in which such relations are made first, without rows.
 */
import { hash } from "node:crypto";
import type { Session } from "../core/adapter.ts";
import type { Binding } from "../core/compiler.ts";
import { findNode } from "../core/manifest.ts";
import { type NodeId, type UnitTestNode, versionedName } from "../core/node.ts";
import type { NodePlan } from "../core/plan.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { drivePlan } from "./drivePlan.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { failureMessage } from "./failureMessage.ts";
import { nodeResult, startStopwatch } from "./nodeResult.ts";
import { leftTest, notePassed, passedBefore } from "./passedTests.ts";
import { bindingOf, type Run } from "./run.ts";
import { sessionOf } from "./sessionOf.ts";
import { settle } from "./settle.ts";
import { stagedName, stageInputs } from "./stageInputs.ts";
import { databaseErrorOf } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

type Place = "target" | "embedded";

/** Rows that are not written as a query need the columns of what they stand for. */
export const typedInputs = (test: UnitTestNode): readonly NodeId[] =>
	test.given.flatMap(({ format, node }) => (format === "sql" || node === null ? [] : [node]));

function relationOf(run: Run, id: NodeId): RelationName | undefined {
	const standing = bindingOf(run).relationOf(id);
	if (standing !== undefined) return standing;
	const node = findNode(run.job.manifest, id);
	switch (node?.resource_type) {
		case "model":
		case "seed":
		case "snapshot":
		case "source":
			return storedName(node, run.ports.adapter.dialect);
		default:
			return undefined;
	}
}

/** Do all relations exist that typed inputs stand for, here or, as dbt has it, in the environment that is deferred to? */
async function isComplete(run: Run, test: UnitTestNode, session: Session): Promise<boolean> {
	const wanted = typedInputs(test).map((id) =>
		[relationOf(run, id), run.job.deferral?.relations.get(id)?.relation].filter((name) => name !== undefined),
	);
	if (wanted.length === 0) return true;
	const there = await session.listColumns(wanted.flat());
	return wanted.every((names) => names.some((name) => there.has(relationKey(name))));
}

interface Progress {
	/** For `--changed`; null: it says another thing at another time. */
	looksAt: string | null;
	sql: string | null;
	place: Place;
}

/** Its rows stand in its text. What it reads beside them (`this` of an incremental model, a function) has no version here. */
const unitHash = (run: Run, sql: string): string | null =>
	run.ports.unsteadyQuery(sql, []) === null ? hash("sha256", sql, "hex") : null;

interface Evaluation {
	readonly run: Run;
	readonly test: UnitTestNode;
	readonly session: Session;
	readonly binding: Binding;
	readonly progress: Progress;
	readonly compiled: () => void;
}

type Compared = NodePlan & { kind: "compared" };

async function evaluate(input: Evaluation): Promise<Compared | "passed before"> {
	const { run, test, session, binding, progress } = input;
	const id = test.unique_id;
	const drive = { run, session, node: id, inTransaction: false };
	const { compiled } = await driveTemplate(drive, (journal) =>
		run.ports.compiler.compileUnitTest(id, journal, binding),
	);
	emitMessages(run, id, compiled.messages);
	progress.sql = run.toPublished(compiled.sql);
	input.compiled();
	progress.looksAt = unitHash(run, progress.sql);
	if (run.job.flags.changed === true && passedBefore(run, id, progress.looksAt)) return "passed before";
	const plan = run.ports.planNode({ kind: "unit", node: test, sql: compiled.sql });
	const outcome = await drivePlan({ ...drive, seed: null, record: () => [] }, plan);
	if (outcome.kind !== "compared") throw new Error(`the plan of ${id} ended as "${outcome.kind}"`);
	return outcome;
}

async function work(run: Run, test: UnitTestNode, thread: string, progress: Progress): Promise<void> {
	const { adapter, clock, judgeUnitTest, openScratch } = run.ports;
	const watch = startStopwatch(clock);
	const { compiled } = watch;
	const onTarget = async (session: Session): Promise<Compared | "passed before" | null> =>
		(await isComplete(run, test, session))
			? evaluate({ run, test, session, binding: bindingOf(run), progress, compiled })
			: null;
	const onEmbedded = async (session: Session): Promise<Compared | "passed before"> => {
		progress.place = "embedded";
		await stageInputs(run, session, test, typedInputs(test));
		const binding: Binding = { relationOf: (id) => stagedName(run, id) };
		return evaluate({ run, test, session, binding, progress, compiled });
	};
	const outcome =
		(run.job.flags.offline ? null : await adapter.withSession(onTarget, sessionOf(run, test))) ??
		(await (await openScratch()).withSession(onEmbedded));
	if (outcome === "passed before") {
		const text = { compiled: true, compiled_code: progress.sql, place: progress.place };
		settle(run, nodeResult(test, { ...leftTest(), ...watch.read(), thread_id: thread, ...text }));
		return;
	}
	const { differences, ...verdict } = await judgeUnitTest(outcome.table);
	notePassed(run, test.unique_id, verdict.status === "pass" ? progress.looksAt : null);
	settle(
		run,
		nodeResult(test, {
			...verdict,
			...watch.read(),
			thread_id: thread,
			adapter_response: outcome.response,
			compiled: true,
			compiled_code: progress.sql,
			executed_code: outcome.executedSql,
			sample: differences,
			place: progress.place,
		}),
	);
}

/** Never rejects. */
export async function runUnitTest(run: Run, test: UnitTestNode, slot: number): Promise<void> {
	const thread = `Thread-${slot + 1}`;
	const started = startStopwatch(run.ports.clock);
	run.ports.emit({
		event: "node.started",
		node_id: test.unique_id,
		name: versionedName(test),
		resource_type: "unit_test",
		layer: test.layer,
		materialized: "unit",
		thread,
	});
	const progress: Progress = { looksAt: null, sql: null, place: "target" };
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
				...started.read(),
				thread_id: thread,
				compiled: progress.sql !== null,
				compiled_code: progress.sql,
				executed_code: databaseErrorOf(error)?.sql ?? null,
				place: progress.place,
			}),
		);
	}
}
