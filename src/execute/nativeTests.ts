/**
 * Tests that the warehouse does by itself: put on relations after they were published, and counted where `tfm test
 * --native` asks. The gates of a run have the ordinary tests: nothing is published before they passed (ADR 0055).
 */
import type { KeptGeneration } from "../core/adapter.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { NativeSubject } from "../core/nativeTests.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import { graphNode } from "./nodeResult.ts";
import { type Run, targetOf } from "./run.ts";
import { databaseErrorOf, runBound } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

const keyOf = ({ relation }: NativeSubject): string => `${relation.schema}\0${relation.identifier}`;

/** Relations that carry native tests by an earlier run; asked for once. */
function carrying(run: Run): Promise<ReadonlySet<string>> {
	const { adapter, state } = run.ports;
	const asked =
		run.nativeTests.carrying ??
		adapter.withSession((session) => state.nativeRelations(session, run.job.manifest.projectName));
	run.nativeTests.carrying = asked;
	return asked;
}

/** What is asked of a node's relation: also nothing, where nothing is any more. */
function subjectOf(run: Run, id: NodeId): NativeSubject {
	const node = graphNode(run, id) as BuildableNode;
	return (
		run.ports.nativeTests?.subjects.get(id) ?? {
			node: id,
			relation: targetOf(run, node),
			isView: node.config.materialized === "view",
			schedule: "",
			checks: [],
			alert: null,
		}
	);
}

/** Tells a refusal as a remark; anything else is thrown. */
function told(run: Run, code: "TFM-NATIVE-004" | "TFM-NATIVE-005", id: NodeId, error: unknown): void {
	const refused = databaseErrorOf(error);
	if (refused === null || wasStopped(run, error)) throw error;
	const node = graphNode(run, id);
	const facts = { node: node.name, message: refused.message };
	const remark = diagnostic(code, facts, { at: node.location, severity: "warning" });
	run.ports.emit({ event: "diagnostic", diagnostic: remark }, "warn");
}

/** Puts what is asked on one relation and writes down that it carries it. */
async function putOn(run: Run, subject: NativeSubject): Promise<void> {
	const { adapter, state, emit } = run.ports;
	const engine = adapter.nativeTests;
	if (engine === undefined) return;
	const project = run.job.manifest.projectName;
	await adapter.withSession(async (session) => {
		const { ordinary } = await engine.put(session, subject);
		for (const [test, reason] of ordinary) {
			const node = graphNode(run, test);
			const facts = { tests: [{ name: node.name, reason }] };
			const remark = diagnostic("TFM-NATIVE-002", facts, { at: node.location, severity: "warning" });
			emit({ event: "diagnostic", diagnostic: remark }, "warn");
		}
		const carries = subject.checks.length > ordinary.size;
		const known = (await carrying(run)).has(keyOf(subject));
		if (carries !== known)
			await session.transaction(() => runBound(session, state.saveNativeRelation(project, subject.relation, carries)));
	});
}

/**
 * After a publish: each relation gets the native tests that are asked of it, and loses those that are not any more; a
 * generation that is kept aside rests. A refusal changes nothing of the publish and is a remark.
 */
export async function putNativeTests(
	run: Run,
	published: readonly NodeId[],
	kept: readonly KeptGeneration[],
): Promise<void> {
	const { adapter } = run.ports;
	const engine = adapter.nativeTests;
	if (engine === undefined || published.length === 0) return;
	const known = await carrying(run);
	for (const id of published) {
		if (graphNode(run, id).resource_type === "function") continue;
		const subject = subjectOf(run, id);
		if (subject.checks.length === 0 && !known.has(keyOf(subject))) continue;
		try {
			await putOn(run, subject);
			for (const { relation, kind } of kept.filter(({ node }) => node === id))
				if (kind === "table" && known.has(keyOf(subject)))
					await adapter.withSession((session) => engine.rest(session, relation));
		} catch (error) {
			told(run, "TFM-NATIVE-004", id, error);
		}
	}
}

/** What the warehouse counts for the native tests of one relation, put there first; asked once for all of them. */
function evaluated(run: Run, subject: NativeSubject): Promise<ReadonlyMap<NodeId, number>> {
	const ask = async (): Promise<ReadonlyMap<NodeId, number>> => {
		const { adapter } = run.ports;
		try {
			await putOn(run, subject);
			return await adapter.withSession(
				async (session) => (await adapter.nativeTests?.evaluate(session, subject)) ?? new Map(),
			);
		} catch (error) {
			told(run, "TFM-NATIVE-005", subject.node, error);
			return new Map();
		}
	};
	const counted = run.nativeTests.counted.get(subject.node) ?? ask();
	run.nativeTests.counted.set(subject.node, counted);
	return counted;
}

/** The number of a test by the warehouse; null: it is done as an ordinary test. */
export async function countedNatively(run: Run, test: TestNode): Promise<number | null> {
	const { adapter, nativeTests } = run.ports;
	if (run.job.flags.native !== true || adapter.nativeTests === undefined || test.attached_node === null) return null;
	const subject = nativeTests?.subjects.get(test.attached_node);
	if (subject?.checks.some((check) => check.test === test.unique_id) !== true) return null;
	return (await evaluated(run, subject)).get(test.unique_id) ?? null;
}
