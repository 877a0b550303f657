/**
 * A run leases what it writes, all of it in one short transaction, so that two runs never wait for each other in a
 * circle: disjoint runs go on together, overlapping ones wait their turn. A run is alive while the database has a
 * session of it; what a dead one held is free at once, after the statements it may have left running are ended.
 */
import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { holdsFence } from "../core/holdsFence.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { LeaseRow, RunRow } from "../core/state.ts";
import { type Run, targetsOf } from "./run.ts";
import { databaseErrorOf, runBound } from "./statement.ts";

/** Leases know no databases: where two have a relation of one name, runs wait for each other though they need not. */
const keyOf = (r: { readonly schema: string; readonly identifier: string }): string => `${r.schema}\0${r.identifier}`;

/** Everything that the run puts rows or a query into, each once, sorted: targets of builds and tables of landing loads. */
export function writtenRelations(run: Run): readonly RelationName[] {
	const written = new Map<string, RelationName>();
	for (const task of run.graph.tasks.values()) {
		if (task.kind !== "build" && task.kind !== "load") continue;
		const { database, schema } = task.node;
		const relations =
			task.kind === "build" ? targetsOf(run, task.node) : [{ database, schema, identifier: task.node.identifier }];
		for (const relation of relations) written.set(relationKey(relation), relation);
	}
	return [...written.keys()].sort().map((key) => written.get(key)!);
}

/** Who stands in the way; null where the table of leases, or a candidate that has to go, is locked by somebody. */
interface Blocked {
	readonly holder: RunRow | null;
	readonly relations: readonly string[];
}

/** How often to look again; each look is one short transaction. */
const LOOK_MS = 500;
/** Waits shorter than this are not worth a line. */
const QUIET_MS = 1000;
/** Within the leasing transaction nothing waits longer than this: others want their turn. */
const LOCK_MS = 2000;

/** lock_not_available, deadlock_detected: somebody else is at it; the look had no effect and is repeated. */
const BUSY: ReadonlySet<string> = new Set(["55P03", "40P01"]);

/** Runs that have neither ended nor a session left, once their orphaned statements are gone. */
async function findDead(run: Run, session: Session): Promise<ReadonlySet<string>> {
	const { adapter, state } = run.ports;
	const open = new Set((await state.openRuns(session)).map((row) => row.runId));
	for (const { runId } of await state.listLeases(session)) open.add(runId);
	open.delete(run.job.runId);
	const dead = new Set<string>();
	if (open.size === 0) return dead;
	// A killed run may have left statements that go on: its sessions still show, but nobody is in charge of them.
	const ended: string[] = [];
	for (const runId of [...open].sort()) if (await adapter.presence.endOrphans(session, runId)) ended.push(runId);
	const living = await adapter.presence.living(session, ended);
	for (const runId of ended) if (!living.has(runId)) dead.add(runId);
	return dead;
}

async function blockedBy(run: Run, session: Session, inTheWay: readonly LeaseRow[]): Promise<Blocked> {
	const { runId } = inTheWay[0]!;
	const row = (await run.ports.state.openRuns(session)).find((open) => open.runId === runId);
	const relations = inTheWay.filter((l) => l.runId === runId).map((l) => `${l.schema}.${l.identifier}`);
	return {
		holder: row ?? { runId, project: "", command: "", host: "", pid: 0, startedAt: "" },
		relations,
	};
}

/** One look: takes everything, or says who has some of it. `clear` runs while no other run can take a lease. */
async function tryTake(run: Run, session: Session, clear: () => Promise<void>): Promise<Blocked | null> {
	const { state, clock } = run.ports;
	const { runId } = run.job;
	const written = writtenRelations(run);
	const wanted = new Set(written.map(keyOf));
	const dead = await findDead(run, session);
	try {
		return await session.transaction(async () => {
			if (run.ports.adapter.facts.type === "postgres")
				await session.query("select set_config('lock_timeout', $1, true)", [`${LOCK_MS}ms`]);
			await runBound(session, [state.lockLeases()]);
			if (dead.size > 0) await runBound(session, state.buryRuns([...dead], clock().toISOString()));
			const inTheWay = (await state.listLeases(session)).filter((l) => l.runId !== runId && wanted.has(keyOf(l)));
			if (inTheWay.length > 0) return await blockedBy(run, session, inTheWay);
			await runBound(session, state.takeLeases(runId, [...new Map(written.map((r) => [keyOf(r), r])).values()]));
			await clear();
			return null;
		});
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (!BUSY.has(refused?.sqlstate ?? "") && refused?.retryable !== true) throw error;
		return { holder: null, relations: [] };
	}
}

/**
 * Takes the run's leases, waiting up to `--lock-timeout`; then TFM-RUN-013 with the holder. `clear` is called in the
 * transaction that takes them: what it drops, no other run can just have begun to build.
 */
export async function takeLeases(run: Run, session: Session, clear: () => Promise<void>): Promise<void> {
	const { emit, sleep } = run.ports;
	const { lockTimeoutMs } = run.job.flags;
	// Time slept, not time passed: a clock that stands still must not make a run wait for ever.
	for (let waited = 0, said = ""; ; waited += LOOK_MS) {
		run.signal.throwIfAborted();
		const blocked = await tryTake(run, session, clear);
		if (blocked === null) return;
		if (waited >= lockTimeoutMs) fail("TFM-RUN-013", { seconds: lockTimeoutMs / 1000, ...blocked });
		const name = blocked.holder?.runId ?? "another session";
		if (waited >= QUIET_MS && said !== name) {
			said = name;
			emit({ event: "run.waiting", holder: blocked.holder, relations: blocked.relations });
		}
		await sleep(Math.min(LOOK_MS, Math.max(1, lockTimeoutMs - waited)), run.signal);
	}
}

/**
 * Candidates that other runs may be building or holding at this moment: they must not be dropped as leftovers. To be
 * called in the transaction that drops; until its end nobody else can take a lease.
 */
export async function othersCandidates(run: Run, session: Session): Promise<readonly RelationName[]> {
	const { adapter, state } = run.ports;
	const { projectName } = run.job.manifest;
	await runBound(session, [state.lockLeases()]);
	const databases = [...new Set(writtenRelations(run).map(({ database }) => database))];
	return (await state.listLeases(session))
		.filter((lease) => lease.runId !== run.job.runId)
		.flatMap(({ schema, identifier }) =>
			databases.map((database) => adapter.publisher.candidateOf(projectName, { database, schema, identifier })),
		);
}

/**
 * After connections were lost: waits for what this run may still have in flight on the server, so that its effect is
 * known, and rejects with TFM-RUN-014 where another run took this one for dead and what it wrote for free.
 */
export async function afterLostConnection(run: Run, session: Session): Promise<void> {
	const { sql, binds } = run.ports.state.awaitFenced(run.job.runId);
	if (!holdsFence(await session.query(sql, binds, { signal: run.signal }))) fail("TFM-RUN-014", { run: run.job.runId });
}

/** In a transaction of the run that must not be committed once its leases are another's. */
export async function standBehindFence(run: Run, session: Session): Promise<void> {
	const { sql, binds } = run.ports.state.fence(run.job.runId);
	if (!holdsFence(await session.query(sql, binds))) fail("TFM-RUN-014", { run: run.job.runId });
}
