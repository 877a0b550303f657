/** Candidates that an earlier run left standing: found, checked, and dropped when they can no longer serve. */
import type { Session } from "../core/adapter.ts";
import type { NodeId } from "../core/node.ts";
import { isOfTarget } from "../core/ofTarget.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import type { CandidateRow, TablePlace } from "../core/state.ts";
import { othersCandidates } from "./leases.ts";
import { buildTasks, type Run, targetsOf } from "./run.ts";
import { runBound } from "./statement.ts";

/** Recorded candidates for the relations of this target. */
export async function candidatesHere({ job, ports }: Run, session: Session): Promise<readonly CandidateRow[]> {
	const rows = await ports.state.listCandidates(session, job.manifest.projectName);
	return rows.filter((row) => isOfTarget(job.manifest, ports.adapter.dialect, row.node, row.target));
}

/** Recorded candidates whose relation is really there, with the kind that was recorded. */
export async function standingCandidates(run: Run, session: Session): Promise<readonly CandidateRow[]> {
	const rows = await candidatesHere(run, session);
	const there = new Map<string, string>();
	const found = await relationsAround(
		session,
		rows.map((row) => row.candidate),
	);
	for (const r of found) there.set(relationKey(r), r.kind);
	return rows.filter((row) => there.get(relationKey(row.candidate)) === row.kind);
}

/** The node and everything below it: built on the candidate that goes, so it goes too. */
function doomed(run: Run, id: NodeId): ReadonlySet<NodeId> {
	const found = new Set<NodeId>([id]);
	for (const at of found) for (const reader of run.graph.dependents.get(at) ?? []) found.add(reader);
	return found;
}

/**
 * Drops a candidate whose code or inputs have changed, with the candidates below it, in one go: none can be dropped
 * before what hangs on it. Every other candidate of the run is kept, also those being built at this moment.
 */
export async function dropReusable(run: Run, session: Session, id: NodeId): Promise<void> {
	const { adapter, state } = run.ports;
	const project = run.job.manifest.projectName;
	const out = doomed(run, id);
	const keep: RelationName[] = [];
	const targets: RelationName[] = [];
	for (const task of buildTasks(run.graph)) {
		const written = targetsOf(run, task.node);
		if (out.has(task.id)) targets.push(...written);
		else keep.push(...written.map((target) => adapter.publisher.candidateOf(project, target)));
	}
	const gone = [...out].flatMap((node): TablePlace[] => {
		const row = run.reusable.get(node);
		return row === undefined ? [] : [{ node, schema: row.target.schema }];
	});
	for (const { node } of gone) run.reusable.delete(node);
	await session.transaction(async () => {
		await adapter.publisher.dropStale(session, project, targets, [...keep, ...(await othersCandidates(run, session))]);
		await runBound(session, state.forgetCandidates(project, gone));
	});
}

/** Recorded rows that no longer say anything true, after `dropped` went. */
export function rowsToForget(
	rows: readonly CandidateRow[],
	kept: ReadonlyMap<NodeId, CandidateRow>,
	rebuilt: ReadonlySet<NodeId>,
	dropped: readonly RelationName[],
): readonly TablePlace[] {
	const gone = new Set(dropped.map(relationKey));
	return rows
		.filter((row) => !kept.has(row.node) && (rebuilt.has(row.node) || gone.has(relationKey(row.candidate))))
		.map((row) => ({ node: row.node, schema: row.target.schema }));
}
