/**
 * Publishing what a gate let through (or, where no gate stands, one node): one transaction, with the state store's rows
 * inside it. The publisher may refuse single candidates with what reads them; only lineage's owner knows who reads whom,
 * so each candidate is sent with its inputs, and the record is written for what really goes.
 */
import type { BoundStatement, Candidate, PublishReport, Session } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { HeldReason } from "../core/result.ts";
import type { PublishedRow, TablePlace } from "../core/state.ts";
import { ownerOf, withPointer } from "../core/versionPointer.ts";
import { drivePlan } from "./drivePlan.ts";
import { keptAs, pruneGenerations, recordGenerations } from "./generations.ts";
import { afterLostConnection } from "./leases.ts";
import { putNativeTests } from "./nativeTests.ts";
import { graphNode } from "./nodeResult.ts";
import { repeatLost } from "./repeatable.ts";
import { buildTasks, pointerPlaces, type Run, type Standing, targetsOf } from "./run.ts";
import { sessionOfAll } from "./sessionOf.ts";
import { databaseErrorOf, StatementFailed, withRetries } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

export interface PublishUnit {
	/** The layer's name, `run`, or a node id. */
	readonly unit: string;
	/** In DAG order. */
	readonly members: readonly { readonly id: NodeId; readonly standing: Standing }[];
	/** More that commits or fails with it, for what really goes. */
	readonly alsoRecord?: (published: readonly NodeId[]) => readonly BoundStatement[];
	/** What each member's relation is called among the kept generations; absent: the id of this run. */
	readonly generationOf?: ReadonlyMap<NodeId, string>;
	/** True: hooks inside the transaction run here, on the published relations (dbt's order, unlayered projects). */
	readonly hooksInside: boolean;
}

export type PublishOutcome =
	| {
			readonly kind: "published";
			readonly published: readonly NodeId[];
			readonly refused: ReadonlyMap<NodeId, HeldReason>;
	  }
	| { readonly kind: "failed"; readonly diagnostic: Diagnostic }
	/** The run was stopped; nothing was changed. */
	| { readonly kind: "stopped" };

type Member = PublishUnit["members"][number];

const isOneNode = (members: readonly Member[], unit: string): boolean => members.some(({ id }) => id === unit);

/** What is written down of nodes that are published. */
export function recordOf(run: Run, unit: string, members: readonly Member[], at: string): readonly BoundStatement[] {
	const { job, ports } = run;
	const project = job.manifest.projectName;
	const placeOf = ({ id, standing }: Member): TablePlace => ({ node: id, schema: standing.candidate.target.schema });
	const nodes = members.map((member) => ({
		...placeOf(member),
		codeHash: member.standing.codeHash,
		build: member.standing.build ?? null,
	}));
	if (nodes.length === 0) return [];
	return [
		...ports.state.savePublish({ runId: job.runId, project, unit: isOneNode(members, unit) ? null : unit, at, nodes }),
		// A node that is published by itself was never written down as a candidate.
		...(isOneNode(members, unit) ? [] : ports.state.forgetCandidates(project, nodes)),
		...members.flatMap((member) =>
			member.standing.seedHash === null
				? []
				: ports.state.saveSeedHash(project, placeOf(member), member.standing.seedHash),
		),
		...ports.state.saveTestPasses(
			project,
			members.flatMap((member) => {
				const tests = run.testMemory.toRecord(member.id);
				return tests === null ? [] : [{ ...placeOf(member), tests }];
			}),
		),
	];
}

/** Members that this one reads, directly or through nodes that leave no relation in this run. */
function inputsOf(run: Run, id: NodeId, inUnit: ReadonlySet<NodeId>): readonly NodeId[] {
	const seen = new Set<NodeId>(run.graph.dependencies.get(id) ?? []);
	for (const input of seen)
		if (!inUnit.has(input) && run.graph.tasks.get(input)?.kind === "pass")
			for (const further of run.graph.dependencies.get(input) ?? []) seen.add(further);
	return [...seen].filter((input) => inUnit.has(input));
}

async function attempt(
	run: Run,
	session: Session,
	unit: PublishUnit,
	members: readonly Member[],
): Promise<{ readonly report: PublishReport; readonly at: string }> {
	const { job, ports } = run;
	const at = ports.clock().toISOString();
	const inUnit = new Set(members.map((m) => m.id));
	const report = await ports.adapter.publisher.publish(session, {
		project: job.manifest.projectName,
		runId: job.runId,
		unit: unit.unit,
		candidates: members.flatMap(({ id, standing }): readonly Candidate[] => {
			const keepAs = keptAs(run, id, standing.candidate);
			const candidate = {
				...standing.candidate,
				inputs: inputsOf(run, id, inUnit),
				...(keepAs === undefined ? {} : { keepAs }),
				...(run.undressed.has(id) ? { undressed: true } : {}),
			};
			const pointer = pointerPlaces(run, graphNode(run, id) as BuildableNode);
			return pointer === null ? [candidate] : withPointer(candidate, pointer, ports.adapter.dialect);
		}),
		record: ({ published, kept }) => {
			const went = new Set(published);
			const going = members.filter((m) => went.has(m.id));
			return [
				...recordOf(run, unit.unit, going, at),
				...recordGenerations(run, { members: going, kept, at, generationOf: unit.generationOf }),
				...(unit.alsoRecord?.(published) ?? []),
			];
		},
		fence: ports.state.fence(job.runId),
		lockTimeoutMs: job.flags.lockTimeoutMs,
		cascade: job.layering === null,
		signal: run.signal,
	});
	const refused = new Set(report.refused.map((r) => ownerOf(r.node)));
	if (unit.hooksInside)
		for (const { id, standing } of members) {
			if (refused.has(id)) continue;
			const batch = standing.lastBatch?.batch;
			const node = graphNode(run, id) as BuildableNode;
			const record = () => [];
			const drive = { run, session, node: id, seed: null, record, inTransaction: true };
			await drivePlan(
				drive,
				ports.planNode({ kind: "hooks", node, phase: "inPublish", ...(batch === undefined ? {} : { batch }) }),
			);
		}
	return { report, at };
}

function publishDiagnostic(run: Run, unit: string, error: unknown): Diagnostic {
	if (error instanceof TfmError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
	const refused = databaseErrorOf(error);
	const message = error instanceof Error ? run.toPublished(error.message) : String(error);
	if (refused === null) return diagnostic("TFM-RUN-012", { node: `the publish of ${unit}`, message });
	const told = { sqlstate: refused.sqlstate, hint: refused.hint };
	if (error instanceof StatementFailed && error.purpose === "post-hook") {
		const node = run.job.manifest.nodes.get(nodeId(unit));
		const facts = { label: `a post-hook of ${node?.name ?? unit}`, message, ...told };
		return diagnostic("TFM-RUN-009", facts, { at: node?.location });
	}
	return diagnostic("TFM-RUN-011", { unit, message, ...told });
}

/** A refusal as a reader knows the names, at the model that it stops. */
function placedAtNode(run: Run, node: NodeId, found: Diagnostic): Diagnostic {
	const named = (text: string | undefined, key: "hint" | "next") =>
		text === undefined ? {} : { [key]: run.toPublished(text) };
	return Object.freeze({
		...found,
		message: run.toPublished(found.message),
		...named(found.hint, "hint"),
		...named(found.next, "next"),
		at: graphNode(run, node).location,
	});
}

interface Done {
	readonly report: PublishReport;
	readonly at: string;
}

/** Hooks inside the publish share its transaction; without them the publisher's own is all there is. */
function transact(run: Run, unit: PublishUnit, members: readonly Member[]): Promise<Done> {
	// As in dbt, rows come in by the warehouse that made them. What only moves needs none.
	const filled = members.filter(({ standing: { candidate } }) => candidate.apply || candidate.publish === "keep");
	const nodes = filled.map(({ id }) => graphNode(run, id));
	const options = nodes.length === 0 ? {} : sessionOfAll(run, unit.unit, nodes);
	return withRetries(
		run,
		() =>
			run.ports.adapter.withSession((session) => {
				const work = () => attempt(run, session, unit, members);
				return unit.hooksInside ? session.transaction(work, { mayEnd: true }) : work();
			}, options),
		{ node: null, what: `the publish of ${unit.unit}` },
	);
}

/**
 * The connection was lost while publishing, perhaps in `commit`: the record is part of the transaction, so what stands
 * in it has gone through, and where nothing does, nothing has.
 */
async function wentThrough(
	run: Run,
	session: Session,
	members: readonly Member[],
	since: string,
): Promise<Done | undefined> {
	const { job, ports } = run;
	await afterLostConnection(run, session);
	const ids = members.map((m) => m.id);
	const about = { runId: job.runId, project: job.manifest.projectName, since };
	const there = await ports.state.publishedBy(session, about, ids);
	if (there.size === 0) return undefined;
	const reason = "the reason was lost with the connection that published the others";
	const report: PublishReport = {
		kept: [],
		ways: [],
		waitedMs: 0,
		lockedMs: 0,
		warnings: [],
		refused: ids.filter((id) => !there.has(id)).map((node) => ({ node, code: "TFM-RUN-011", reason })),
	};
	return { report, at: ports.clock().toISOString() };
}

/** What went with the relations replaced, except what this run builds again. */
function tellLost(run: Run, members: readonly Member[], { lost = [] }: PublishReport): void {
	if (lost.length === 0) return;
	const keyOf = (place: { readonly schema: string; readonly identifier: string }) =>
		`${place.schema}\0${place.identifier}`;
	const built = new Set(buildTasks(run.graph).flatMap(({ node }) => targetsOf(run, node).map(keyOf)));
	for (const { node, relation, ...facts } of lost) {
		if (built.has(keyOf(relation))) continue;
		const owner = ownerOf(node);
		const target = members.find(({ id }) => id === owner)?.standing.candidate.target;
		const about = { ...facts, target: target === undefined ? owner : `${target.schema}.${target.identifier}` };
		const told = diagnostic("TFM-PUB-017", about, { severity: "warning" });
		run.ports.emit({ event: "diagnostic", diagnostic: placedAtNode(run, owner, told) }, "warn");
	}
}

function published(
	run: Run,
	unit: PublishUnit,
	members: readonly Member[],
	done: { readonly report: PublishReport; readonly at: string; readonly started: number },
): { readonly published: readonly NodeId[]; readonly refused: ReadonlyMap<NodeId, HeldReason> } {
	const { clock, emit } = run.ports;
	const { report } = done;
	const refused = new Map<NodeId, HeldReason>();
	for (const { node: written, code, reason, diagnostic } of report.refused) {
		const node = ownerOf(written);
		if (diagnostic === undefined && refused.has(node)) continue;
		refused.set(node, {
			kind: "publish",
			code,
			reason: run.toPublished(reason),
			...(diagnostic === undefined ? {} : { diagnostic: placedAtNode(run, node, diagnostic) }),
		});
	}
	const went = members.filter((m) => !refused.has(m.id));
	run.identities.publishedNow(
		went.map(
			({ id, standing }): PublishedRow => ({
				node: id,
				runId: run.job.runId,
				codeHash: standing.codeHash,
				publishedAt: done.at,
				build: standing.build ?? null,
			}),
		),
	);
	for (const text of report.warnings)
		emit({ event: "message", text: run.toPublished(text), node_id: null, print: false }, "warn");
	for (const { node, diagnostic } of report.ignored ?? [])
		emit({ event: "diagnostic", diagnostic: placedAtNode(run, ownerOf(node), diagnostic) }, "warn");
	tellLost(run, members, report);
	emit({
		event: "publish.finished",
		unit: unit.unit,
		ways: report.ways.filter(({ node }) => ownerOf(node) === node),
		duration_ms: clock().getTime() - done.started,
		locked_ms: Math.round(report.lockedMs),
		waited_ms: Math.round(report.waitedMs),
	});
	return { published: went.map((m) => m.id), refused };
}

/** Publishes; never rejects for what the database or the publisher says. */
export async function publishUnit(run: Run, unit: PublishUnit): Promise<PublishOutcome> {
	const { clock, emit } = run.ports;
	const started = clock().getTime();
	const { members } = unit;
	try {
		run.signal.throwIfAborted();
		const done = await repeatLost<Done>({
			run,
			about: { node: null, what: `the publish of ${unit.unit}` },
			repeatable: true,
			work: () => transact(run, unit, members),
			recover: (session) => wentThrough(run, session, members, new Date(started).toISOString()),
		});
		const outcome = published(run, unit, members, { ...done, started });
		await pruneGenerations(run, outcome.published, unit.generationOf);
		await putNativeTests(run, outcome.published, done.report.kept);
		return { kind: "published", ...outcome };
	} catch (error) {
		if (wasStopped(run, error)) return { kind: "stopped" };
		const failure = publishDiagnostic(run, unit.unit, error);
		const nodes = members.map((m) => m.id);
		emit({ event: "publish.failed", unit: unit.unit, nodes, diagnostic: failure }, "error");
		return { kind: "failed", diagnostic: failure };
	}
}
