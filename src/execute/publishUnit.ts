/**
 * Publishing what a gate let through (or, where no gate stands, one node): one transaction, with the state store's rows
 * inside it. When the publisher refuses some candidates, the transaction is rolled back and tried without them and
 * without all that descends from them, so that the recorded facts and the published relations are always the same set,
 * and nothing is published on top of something that was not.
 */
import type { Candidate, PublishReport, Session } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { HeldReason } from "../core/result.ts";
import type { PublishedRow } from "../core/state.ts";
import { drivePlan } from "./drivePlan.ts";
import { graphNode } from "./nodeResult.ts";
import type { Run, Standing } from "./run.ts";
import { databaseErrorOf, StatementFailed, withRetries } from "./statement.ts";

export interface PublishUnit {
	/** The layer's name, `run`, or a node id. */
	readonly unit: string;
	/** In DAG order. */
	readonly members: readonly { readonly id: NodeId; readonly standing: Standing }[];
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

/** Rolls the attempt back. */
class Refused extends Error {
	readonly refused: PublishReport["refused"];

	constructor(refused: PublishReport["refused"]) {
		super("some candidates were refused");
		this.refused = refused;
	}
}

type Member = PublishUnit["members"][number];

function recordOf(run: Run, unit: string, members: readonly Member[]) {
	const { job, ports } = run;
	const project = job.manifest.projectName;
	const at = ports.clock().toISOString();
	const nodes = members.map(({ id, standing }) => ({ node: id, codeHash: standing.codeHash }));
	return {
		at,
		statements: [
			...ports.state.savePublish({ runId: job.runId, project, unit, at, nodes }),
			...ports.state.forgetCandidates(
				project,
				nodes.map((n) => n.node),
			),
			...members.flatMap(({ id, standing }) =>
				standing.seedHash === null ? [] : ports.state.saveSeedHash(project, id, standing.seedHash),
			),
		],
	};
}

async function attempt(
	run: Run,
	session: Session,
	unit: PublishUnit,
	members: readonly Member[],
): Promise<{ readonly report: PublishReport; readonly at: string }> {
	const { job, ports } = run;
	const record = recordOf(run, unit.unit, members);
	const report = await ports.adapter.publisher.publish(session, {
		project: job.manifest.projectName,
		runId: job.runId,
		unit: unit.unit,
		candidates: members.map(({ standing }): Candidate => standing.candidate),
		record: record.statements,
		lockTimeoutMs: job.flags.lockTimeoutMs,
		signal: run.signal,
	});
	if (report.refused.length > 0) throw new Refused(report.refused);
	if (unit.hooksInside)
		for (const { id } of members) {
			const node = graphNode(run, id) as BuildableNode;
			const record = async (): Promise<void> => {};
			const drive = { run, session, node: id, seed: null, record, inTransaction: true };
			await drivePlan(drive, ports.planNode({ kind: "hooks", node, phase: "inPublish" }));
		}
	return { report, at: record.at };
}

/** The refused candidates, what descends from them in this unit, and the rest of their publish groups. */
function withoutRefused(
	run: Run,
	members: readonly Member[],
	refused: PublishReport["refused"],
): ReadonlyMap<NodeId, HeldReason> {
	const inUnit = new Set(members.map((m) => m.id));
	const out = new Map<NodeId, HeldReason>();
	for (const { node, code, reason } of refused) out.set(node, { kind: "publish", code, reason });
	const groupOf = (id: NodeId): unknown => run.job.manifest.nodes.get(id)?.config.publish_group;
	const reached = new Set<NodeId>(out.keys());
	for (const id of reached) {
		const group = groupOf(id);
		if (typeof group === "string")
			for (const member of inUnit) {
				if (groupOf(member) !== group) continue;
				if (!out.has(member)) out.set(member, { kind: "publish_group", group });
				reached.add(member);
			}
		for (const reader of run.graph.dependents.get(id) ?? []) {
			const kind = run.graph.tasks.get(reader)?.kind;
			if (kind === "test" || (kind === "build" && !inUnit.has(reader))) continue;
			if (inUnit.has(reader) && !out.has(reader)) out.set(reader, { kind: "upstream", node: id });
			reached.add(reader);
		}
	}
	return out;
}

function publishDiagnostic(run: Run, unit: string, error: unknown): Diagnostic {
	if (error instanceof TfmError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
	const refused = databaseErrorOf(error);
	const message = error instanceof Error ? run.toPublished(error.message) : String(error);
	if (refused === null) return diagnostic("TFM-RUN-012", { node: `the publish of ${unit}`, message });
	if (error instanceof StatementFailed && error.purpose === "post-hook")
		return diagnostic("TFM-RUN-009", { label: `a post-hook of ${unit}`, message, sqlstate: refused.sqlstate });
	return diagnostic("TFM-RUN-011", { unit, message, sqlstate: refused.sqlstate });
}

async function transact(
	run: Run,
	unit: PublishUnit,
	members: readonly Member[],
): Promise<{ readonly report: PublishReport; readonly at: string }> {
	return withRetries(run, () =>
		run.ports.adapter.withSession((session) => session.transaction(() => attempt(run, session, unit, members))),
	);
}

/** Publishes; never rejects for what the database or the publisher says. */
export async function publishUnit(run: Run, unit: PublishUnit): Promise<PublishOutcome> {
	const { clock, emit } = run.ports;
	const started = clock().getTime();
	const refused = new Map<NodeId, HeldReason>();
	let members = unit.members;
	while (members.length > 0) {
		try {
			run.signal.throwIfAborted();
			const { report, at } = await transact(run, unit, members);
			const rows = members.map(
				({ id, standing }): PublishedRow => ({
					node: id,
					runId: run.job.runId,
					codeHash: standing.codeHash,
					publishedAt: at,
				}),
			);
			run.identities.publishedNow(rows);
			for (const text of report.warnings) emit({ event: "message", text, node_id: null, print: false }, "warn");
			emit({
				event: "publish.finished",
				unit: unit.unit,
				ways: report.ways,
				duration_ms: clock().getTime() - started,
				locked_ms: report.lockedMs,
				waited_ms: report.waitedMs,
			});
			return { kind: "published", published: members.map((m) => m.id), refused };
		} catch (error) {
			if (error instanceof Refused) {
				const out = withoutRefused(run, members, error.refused);
				for (const [id, reason] of out) refused.set(id, reason);
				const left = members.filter((m) => !out.has(m.id));
				if (left.length === members.length) throw new Error("the publisher refused what it was not given");
				members = left;
				continue;
			}
			const kind = databaseErrorOf(error)?.kind;
			if (run.stopReason() !== null && kind !== "sql") return { kind: "stopped" };
			const failure = publishDiagnostic(run, unit.unit, error);
			emit(
				{ event: "publish.failed", unit: unit.unit, nodes: unit.members.map((m) => m.id), diagnostic: failure },
				"error",
			);
			return { kind: "failed", diagnostic: failure };
		}
	}
	return { kind: "published", published: [], refused };
}
