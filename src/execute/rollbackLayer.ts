/**
 * `tfm rollback`: every relation of a layer becomes again what it was after a given run, in one transaction. Tables come
 * from where the publish that replaced them has kept them, views from their recorded queries; what stands now is kept in
 * its turn, so a rollback can be rolled back.
 */
import type { Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import { relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import type { RunResult } from "../core/result.ts";
import type { GenerationRow } from "../core/state.ts";
import { generationsHere } from "./generations.ts";
import { othersCandidates } from "./leases.ts";
import { requireRun } from "./publishHeld.ts";
import { publishOnly, type Ready } from "./publishOnly.ts";
import type { Run } from "./run.ts";
import { momentOf, runsToGoBackTo, type StandingThen, standingThen, type Wanted } from "./standingThen.ts";

export interface Rollback {
	readonly layer: string;
	/** What stood after this run is wanted. */
	readonly to: string;
}

const nameOf = (job: RunJob, id: NodeId): string => findNode(job.manifest, id)?.name ?? id;

/** The same without the kept tables that are gone: somebody may have dropped one. */
async function stillThere(session: Session, rows: readonly GenerationRow[]): Promise<readonly GenerationRow[]> {
	const found = await relationsAround(
		session,
		rows.flatMap(({ keptAs }) => keptAs ?? []),
	);
	const there = new Set(found.map(relationKey));
	const isThere = ({ keptAs }: GenerationRow) => keptAs === null || there.has(relationKey(keptAs));
	return rows.map((row) => (isThere(row) ? row : { ...row, keptAs: null }));
}

/** Refuses when something of what stood after the run is no longer kept. */
async function readGenerations(job: RunJob, ports: RunPorts, session: Session, ask: Rollback): Promise<StandingThen> {
	const { state } = ports;
	await state.migrate(session);
	const run = await requireRun(job, ports, session, ask.to);
	const { generations, stood } = await generationsHere({ job, ports }, session, ask.layer);
	if (generations.length === 0) fail("TFM-RUN-022", { layer: ask.layer });
	const keep = job.layering?.layers.find(({ name }) => name === ask.layer)?.keepGenerations ?? 0;
	const past = { generations, stood, nodes: job.manifest.nodes, keep };
	const moment = momentOf(stood, run, ask.layer);
	const then = standingThen(past, moment);
	if (then.missing.length === 0) return then;
	const problems = then.missing.map((id) => `what ${nameOf(job, id)} was then is not kept`);
	const possible = runsToGoBackTo({ ...past, generations: await stillThere(session, generations) }, moment);
	return fail("TFM-RUN-021", { layer: ask.layer, run: ask.to, problems, possible });
}

/** A view of the recorded query in the candidate schema: the publisher looks at its columns, then states it with final names. */
async function standView(run: Run, session: Session, { row }: Wanted): Promise<string | null> {
	const { adapter } = run.ports;
	const { candidate, target, finalSql } = row.candidate;
	const sql = `create or replace view ${adapter.dialect.render(candidate)} as\n${finalSql ?? ""}`;
	try {
		await session.execute(sql);
		return null;
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
		return `the query of view ${target.identifier} does not fit what it reads today: ${error.message}`;
	}
}

/** In the order in which the relations were published together: what reads stands after what it reads. */
function inOrder(run: Run, wanted: readonly Wanted[]): readonly Wanted[] {
	const position = new Map([...run.graph.tasks.keys()].map((id, i) => [id, i] as const));
	return [...wanted].sort((a, b) => (position.get(a.row.node) ?? 0) - (position.get(b.row.node) ?? 0));
}

async function standAgain(run: Run, session: Session, ask: Rollback, wanted: readonly Wanted[]): Promise<Ready> {
	const { adapter } = run.ports;
	const tables = wanted.flatMap(({ row }) => row.keptAs ?? []);
	const there = new Set((await relationsAround(session, tables)).map(relationKey));
	const problems: string[] = [];
	const ordered = inOrder(run, wanted);
	for (const { row } of ordered)
		if (row.keptAs !== null && !there.has(relationKey(row.keptAs)))
			problems.push(`${relationKey(row.keptAs).replaceAll("\0", ".")} is gone`);
	const targets = ordered.map(({ row }) => row.candidate.target);
	await session.transaction(async () => {
		const others = await othersCandidates(run, session);
		await adapter.publisher.dropStale(session, run.job.manifest.projectName, targets, others);
	});
	for (const one of ordered) {
		if (one.row.candidate.kind !== "view") continue;
		const problem = await standView(run, session, one);
		if (problem !== null) problems.push(problem);
	}
	if (problems.length > 0) fail("TFM-RUN-021", { layer: ask.layer, run: ask.to, problems, possible: null });
	return {
		members: ordered.map(({ row, from }) => {
			const { apply: _, inputs: __, ...candidate } = row.candidate;
			return {
				id: row.node,
				standing: {
					candidate: row.keptAs === null ? candidate : { ...candidate, kind: "table", candidate: row.keptAs },
					codeHash: row.codeHash,
					inputsHash: "",
					builtBy: from,
					seedHash: row.seedHash,
				},
				message: `as it was after run ${from}`,
			};
		}),
		// What was kept has moved into place; the schema that held it may be empty now.
		afterwards: async (published) => {
			const moved = ordered.flatMap(({ row }) => (published.includes(row.node) ? (row.keptAs ?? []) : []));
			await adapter.withSession((own) => adapter.publisher.dropGenerations(own, moved));
		},
		generationOf: new Map(ordered.map(({ row, from }) => [row.node, from])),
	};
}

/** The job's own selection is replaced by what goes back. Null: the layer is as it was after that run. */
export async function rollbackLayer(job: RunJob, ports: RunPorts, ask: Rollback): Promise<RunResult | null> {
	const { adapter, emit } = ports;
	const { wanted, newer } = await adapter.withSession((session) => readGenerations(job, ports, session, ask));
	for (const id of newer) {
		const text = `${nameOf(job, id)} stays as it is: it was first published after run ${ask.to}`;
		emit({ event: "message", text, node_id: id, print: false }, "warn");
	}
	if (wanted.length === 0) return null;
	const selected = new Set(wanted.map(({ row }) => row.node));
	return publishOnly({ ...job, selected }, ports, {
		unit: ask.layer,
		find: (run, session) => standAgain(run, session, ask, wanted),
	});
}
