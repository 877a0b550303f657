/**
 * One transaction for everything a request publishes. It is planned before, from a snapshot of the catalog; once the
 * locks are held the snapshot is taken again, and if anything has moved in between the plan is made anew. Changes go in
 * one message; when one fails and it may be the fault of a single candidate, the whole is rolled back and repeated one
 * by one to learn which, that candidate is refused and the others go without it.
 */
import type {
	BoundStatement,
	Candidate,
	Dialect,
	KeptGeneration,
	PublishReport,
	PublishRequest,
	Session,
} from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { fail } from "../../../core/diagnostic.ts";
import type { NodeId } from "../../../core/node.ts";
import { shadowSchema } from "./candidateNames.ts";
import { type CatalogLook, lookAtCatalog } from "./catalogDigest.ts";
import { dressLate, dueDressings } from "./dress.ts";
import { dropGenerations } from "./dropGenerations.ts";
import { publishInOneMessage } from "./inOneMessage.ts";
import { type Generation, prepareGenerations } from "./keptGenerations.ts";
import { keptSettings } from "./keptSettings.ts";
import { type LockProtocol, LockWaitEnded, setLockTimeout } from "./lockProtocol.ts";
import { labelOf, type Refusal, refusal } from "./members.ts";
import type { Placement } from "./placement.ts";
import { type PublishPlan, planPublish } from "./planPublish.ts";
import { readCatalog, withEmptyPath } from "./readCatalog.ts";
import { refuse } from "./refuse.ts";
import type { Step } from "./statements.ts";

/** Attempts while others keep changing the catalog under us; each one is short. */
const MAX_REPLANS = 20;

class CatalogMoved extends Error {}

class StepFailed extends Error {
	readonly step: Step;
	readonly error: DatabaseError;

	constructor(step: Step, error: DatabaseError) {
		super(error.message, { cause: error });
		this.step = step;
		this.error = error;
	}
}

interface Run {
	readonly dialect: Dialect;
	readonly session: Session;
	readonly request: PublishRequest;
	readonly locks: LockProtocol;
	readonly placement: Placement;
}

const look = (
	{ dialect, session, request }: Run,
	candidates: readonly Candidate[],
	{ snapshots, whole }: { readonly snapshots: readonly [string] | undefined; readonly whole: boolean },
): Promise<CatalogLook> =>
	lookAtCatalog(session, {
		...(snapshots === undefined ? {} : { snapshots }),
		...(whole || candidates.length > 1 || candidates[0]?.kind !== "view" || candidates[0].apply !== undefined
			? {}
			: { view: candidates[0] }),
		names: candidates.flatMap((c) => [c.candidate, c.target, ...(c.apply === undefined ? [] : [c.apply.delta])]),
		own: [...new Set(candidates.map((c) => c.target.schema))].map((schema) =>
			shadowSchema("n", request.project, schema, dialect.maxIdentifierBytes),
		),
	});

export async function runPublish(run: Run): Promise<PublishReport> {
	const { dialect, session, request } = run;
	const copied = new Map<string, Generation>();
	let kept: readonly KeptGeneration[] = [];
	try {
		const report = await attemptUntilDone(run, copied);
		kept = report.kept;
		return report;
	} catch (error) {
		const seconds = request.lockTimeoutMs / 1000;
		const holders = error instanceof LockWaitEnded ? error.holders : [];
		if (error instanceof LockWaitEnded || (error instanceof DatabaseError && error.sqlstate === "55P03"))
			fail("TFM-PUB-004", { unit: request.unit, seconds, holders }, { cause: error });
		throw error;
	} finally {
		const useless = [...copied.values()].filter((g) => kept.every((k) => k.node !== g.node)).map((g) => g.relation);
		// A connection that is lost, or a surrounding transaction that failed: the next publish of these relations drops them.
		if (useless.length > 0) await dropGenerations(dialect, session, useless).catch(() => undefined);
	}
}

/**
 * A full lock table makes other people's statements fail with `out of shared memory`. A transaction that takes less
 * than a quarter of it may always begin; a larger one when, with what is held this moment, a quarter stays free. The
 * design had the quarter alone, which on a server as it comes (6,400 slots) refuses a layer of some 270 tables.
 */
async function requireLockRoom(
	session: Session,
	{ unit, needed, slots }: { readonly unit: string; readonly needed: number; readonly slots: number },
): Promise<void> {
	if (needed <= slots / 4) return;
	const { rows } = await session.query("select count(*)::int from pg_catalog.pg_locks where not fastpath");
	const held = Number(rows[0]?.[0]);
	if (needed + held > (slots * 3) / 4) fail("TFM-PUB-005", { unit, needed, held, slots });
}

/** Rows of new tables are all that an older snapshot could miss. */
const hasNewTables = ({ request }: Run): boolean =>
	request.candidates.some((c) => c.kind !== "view" && c.apply === undefined);

async function attemptUntilDone(run: Run, copied: Map<string, Generation>): Promise<PublishReport> {
	const { dialect, session, request } = run;
	const wait = { timeoutMs: request.lockTimeoutMs, signal: request.signal };
	let candidates = request.candidates;
	const refused: Refusal[] = [];
	const drop = (found: readonly Refusal[]): void => {
		const split = refuse(candidates, found);
		refused.push(...split.refused);
		candidates = split.rest;
	};
	/** Statements that have made their index, whether or not it can be recognized. */
	const indexed = new Set<string>();
	/** Views that could not be made again, by oid: where that is asked for they go. */
	const failed = new Map<number, string>();
	/** Nodes whose candidates have been given what their targets have got since they were built, and what is told of it. */
	const dressed = new Set<NodeId>();
	const late: string[] = [];
	/** Milliseconds spent waiting for others, over all attempts. */
	let waited = 0;
	let settled = !hasNewTables(run);
	for (let moved = 0, careful = false, atOnce = true, whole = false; candidates.length > 0; ) {
		request.signal?.throwIfAborted();
		const snapshots = settled ? undefined : run.locks.snapshotBinds?.();
		const seen = await look(run, candidates, { snapshots, whole });
		const { catalog } = seen;
		// Older snapshots are seldom: they are asked for with the look, which holds as long as the catalog stays so.
		if (!settled) waited += await timed(() => run.locks.settle(session, wait, seen.snapshots));
		settled = true;
		const planned = planPublish(dialect, { ...request, candidates }, catalog, run.placement, failed);
		// It is not, after all: what reads the view has a say.
		if (seen.inPlace === true && !(planned.kind === "plan" && planned.plan.ways.every((w) => w.way === "replace"))) {
			whole = true;
			continue;
		}
		if (planned.kind === "refused") {
			drop(planned.refusals);
			continue;
		}
		const { plan } = planned;
		await requireLockRoom(session, { unit: request.unit, needed: plan.lockCount, slots: catalog.lockSlots });
		try {
			const about = { candidates: candidates.filter((c) => !dressed.has(c.node)), catalog, ways: plan.ways };
			const due = dueDressings(dialect, about, run.placement);
			for (const candidate of due) {
				dressed.add(candidate.node);
				const found = await putOnLate(run, candidate);
				if ("refused" in found) drop([found.refused]);
				else late.push(...found.warnings);
			}
			if (due.length > 0) continue;
			if (plan.columns.length > 0) {
				await run.locks.briefly(session, plan.columns, wait);
				continue;
			}
			const indexes = plan.indexes.filter(({ sql }) => !indexed.has(sql));
			if (indexes.length > 0) {
				await makeIndexes(run, indexes);
				for (const { sql } of indexes) indexed.add(sql);
				continue;
			}
			const missing = plan.generations.filter((g) => copied.get(g.node)?.how !== g.how);
			for (const g of missing) copied.set(g.node, g);
			await prepareGenerations(dialect, session, { generations: missing, signal: request.signal });
			const onWait = (ms: number): void => void (waited += ms);
			const done = atOnce ? await inOneMessage(run, plan, seen) : undefined;
			// Refused: what it was that stood in the way is found step by step, from a look of its own.
			atOnce = false;
			if (done === null) continue;
			const lockedMs = done ?? (await transact(run, plan, { seen, careful, onWait }));
			return {
				kept: keptBy(plan),
				ways: plan.ways,
				waitedMs: Math.round(waited),
				lockedMs,
				warnings: [...late, ...plan.warnings],
				ignored: plan.ignored,
				...(plan.lost.length === 0 ? {} : { lost: lostBy(plan) }),
				refused,
			};
		} catch (error) {
			if (error instanceof CatalogMoved) {
				if (++moved <= MAX_REPLANS) continue;
				const holders = ["sessions that keep changing the relations"];
				fail("TFM-PUB-004", { unit: request.unit, seconds: request.lockTimeoutMs / 1000, holders }, { cause: error });
			}
			if (error instanceof StepFailed) {
				const view = error.step.blame?.view;
				if (request.cascade === true && view !== undefined && !failed.has(view)) failed.set(view, error.message);
				else drop(refusalsOf(error, candidates));
				careful = false;
				continue;
			}
			if (!(error instanceof DatabaseError)) throw error;
			const mayBeOnes = isOnesFault(error) && [...plan.rows, ...plan.changes].some((s) => s.blame !== undefined);
			if (careful || !mayBeOnes) throw error;
			careful = true;
		}
	}
	return { kept: [], ways: [], waitedMs: Math.round(waited), lockedMs: 0, warnings: [], refused };
}

async function timed(work: () => Promise<void>): Promise<number> {
	const from = performance.now();
	await work();
	return performance.now() - from;
}

const KEPT = keptSettings("publish", ["search_path", "row_security", "lock_timeout", "check_function_bodies", "jit"]);
/** The caller's own search_path. */
const CALLERS_PATH = "current_setting('tfm.publish_search_path')";

/** Milliseconds for which locks were held, at most; null: it was refused; undefined: it is not to be done so. */
async function inOneMessage(
	{ session, request, locks }: Run,
	plan: PublishPlan,
	seen: CatalogLook,
): Promise<number | null | undefined> {
	const from = performance.now();
	const record = recordOf(request, plan);
	const about = { request, plan, seen, locks, settings: KEPT, callersPath: CALLERS_PATH, record };
	const done = await publishInOneMessage(session, about);
	if (done === undefined) return undefined;
	return done ? Math.round(performance.now() - from) : null;
}

const recordOf = ({ record }: PublishRequest, plan: PublishPlan): readonly BoundStatement[] =>
	typeof record === "function" ? record({ published: plan.ways.map((w) => w.node), kept: keptBy(plan) }) : record;

async function transact(
	{ session, request, locks }: Run,
	plan: PublishPlan,
	about: {
		readonly seen: CatalogLook;
		readonly careful: boolean;
		readonly onWait: (ms: number) => void;
	},
): Promise<number> {
	let heldAt = 0;
	await session.transaction(async () => {
		// Given back at the end: inside a caller's transaction `set local` would outlive the publish.
		session.later(KEPT.keep);
		session.later("select set_config('row_security', 'off', true), set_config('check_function_bodies', 'off', true)");
		await checkFence(session, request);
		const how = { careful: about.careful, signal: request.signal };
		if (plan.rowLocks.length > 0) {
			await setLockTimeout(session, request.lockTimeoutMs);
			const lock = `lock table ${plan.rowLocks.join(", ")} in share row exclusive mode`;
			about.onWait(await timed(() => session.execute(lock, { signal: request.signal }).then(() => undefined)));
		}
		await perform(session, plan.rows, { ...how, careful: true });
		// From here on only small statements, for which compiling is what takes time.
		session.later("select set_config('jit', 'off', true)");
		about.onWait(
			await timed(() =>
				locks.acquire(session, plan.locks, { timeoutMs: request.lockTimeoutMs, signal: request.signal }),
			),
		);
		heldAt = performance.now();
		if (!(await about.seen.isStill(session)))
			throw new CatalogMoved("the catalog changed while the publish waited for its locks");
		await perform(session, plan.changes, how);
		await proveLoose(session, plan);
		session.later(KEPT.giveBack);
		for (const statement of recordOf(request, plan)) session.later(statement.sql, statement.binds);
	});
	return Math.round(performance.now() - heldAt);
}

/** On the candidate, before any lock: rows that break a key which has come since they were built hold them alone back. */
async function putOnLate(
	{ dialect, session, placement }: Run,
	candidate: Candidate,
): Promise<{ readonly warnings: readonly string[] } | { readonly refused: Refusal }> {
	try {
		return await session.transaction(() => dressLate(dialect, session, candidate, placement));
	} catch (error) {
		if (!isOnesFault(error)) throw error;
		const facts = { target: labelOf(candidate), problem: error.message, detail: error.detail ?? null };
		return { refused: refusal({ candidate }, "TFM-PUB-011", facts) };
	}
}

/** The rows of the tables stay as they are, and so do readers; the plan is made anew afterwards. */
async function makeIndexes({ session, request }: Run, indexes: readonly Step[]): Promise<void> {
	await session.transaction(async () => {
		session.later(KEPT.keep);
		await setLockTimeout(session, request.lockTimeoutMs);
		await perform(session, indexes, { careful: true, signal: request.signal });
		session.later(KEPT.giveBack);
	});
}

const keptBy = (plan: PublishPlan): readonly KeptGeneration[] =>
	plan.generations.map(({ node, relation, kind }) => Object.freeze({ node, relation, kind }));

const lostBy = ({ lost }: PublishPlan): NonNullable<PublishReport["lost"]> =>
	lost.map(({ node, dependent, why }) => {
		const { what, owner, holderSchema, holderName } = dependent;
		const relation = { schema: holderSchema ?? "", identifier: holderName ?? "" };
		return Object.freeze({ node, what, owner, why, relation });
	});

/** What is dropped proves by that that nothing points at it any more; what is kept has to be looked at. */
async function proveLoose(session: Session, plan: PublishPlan): Promise<void> {
	const moved = plan.generations.filter((g) => g.how === "move").map((g) => g.relation);
	if (moved.length === 0) return;
	const { dependents } = await withEmptyPath(session, () => readCatalog(session, moved));
	const left = dependents.map((d) => d.what).sort();
	if (left.length > 0) throw new Error(`${left.join(", ")} would still read a relation that was replaced`);
}

/** What the run holds may have been taken over by another one while this one was thought dead. */
async function checkFence(session: Session, { fence, unit }: PublishRequest): Promise<void> {
	if (fence === undefined) return;
	const { rows } = await session.query(fence.sql, fence.binds);
	if (rows[0]?.[0] !== true) fail("TFM-PUB-013", { unit });
}

/** A refusal of the statement itself; locks that did not come are everybody's. */
const isOnesFault = (error: unknown): error is DatabaseError =>
	error instanceof DatabaseError && error.kind === "sql" && error.sqlstate !== "55P03";

/** `catalog` steps want an empty search_path, `session` steps the caller's. */
async function perform(
	session: Session,
	steps: readonly Step[],
	how: {
		readonly careful: boolean;
		readonly signal: AbortSignal | undefined;
	},
): Promise<void> {
	const { careful, signal } = how;
	const batches: { path: Step["path"]; steps: Step[] }[] = [];
	for (const one of steps) {
		const last = batches.at(-1);
		if (last !== undefined && last.path === one.path && !careful) last.steps.push(one);
		else batches.push({ path: one.path, steps: [one] });
	}
	for (const batch of batches) {
		const set = `select set_config('search_path', ${batch.path === "catalog" ? "''" : CALLERS_PATH}, true)`;
		// A statement that is the user's goes alone, so that what the server says of it names its places.
		const alone = careful && batch.path === "session";
		if (alone) await session.execute(set);
		try {
			const texts = batch.steps.map((s) => s.sql);
			await session.execute((alone ? texts : [set, ...texts]).join("\n;\n"), { signal });
		} catch (error) {
			const [only] = batch.steps;
			if (careful && only?.blame !== undefined && isOnesFault(error)) throw new StepFailed(only, error);
			throw error;
		}
	}
}

function refusalsOf({ step, error }: StepFailed, candidates: readonly Candidate[]): readonly Refusal[] {
	const { code, nodes, what } = step.blame!;
	return candidates
		.filter((c) => nodes.includes(c.node))
		.map((candidate) => {
			const target = labelOf(candidate);
			if (code === "TFM-PUB-010")
				return refusal({ candidate }, code, { target, dependent: what, problem: error.message });
			if (code === "TFM-PUB-011")
				return refusal({ candidate }, code, { target, problem: error.message, detail: error.detail ?? null });
			return refusal({ candidate }, code, { target, problem: error.message });
		});
}
