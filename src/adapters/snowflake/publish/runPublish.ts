/**
 * Publishing on Snowflake, where each definition commits by itself and is atomic for one object only.
 *
 *   1. Tables that stay are cloned where generations are kept; columns that new rows need are added; grants are copied;
 *      candidates are marked.
 *   2. One transaction of DML: all deltas, all tables that keep their identity, the journal of what follows, and the fence.
 *   3. The moves, one statement for each relation, tables first, in DAG order. Readers may see a mixed layer between them.
 *   4. The record and the end of the journal, in one transaction; then comments, kept generations and what is left over.
 *
 * A move that is refused takes back those before it. A process that dies leaves the journal (repair.ts). One relation
 * alone, or DML alone, is atomic without a journal.
 */
import { setTimeout as pause } from "node:timers/promises";
import type {
	BoundStatement,
	Candidate,
	Dialect,
	KeptGeneration,
	PublishReport,
	PublishRequest,
	PublishWay,
	Session,
} from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { fail } from "../../../core/diagnostic.ts";
import { holdsFence } from "../../../core/holdsFence.ts";
import type { NodeId } from "../../../core/node.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import { cellsOf } from "../catalog.ts";
import type { RunCatalog } from "../runCatalog.ts";
import { carryGrants, grantAsConfigured, readGrants } from "./grants.ts";
import { commentStatement, ensureJournal, forgetEntry, type JournalEntry, markOf, writeEntry } from "./journal.ts";
import { readStanding } from "./readStanding.ts";
import { standingKnown } from "./standingKnown.ts";
import { dropStatement, type PublishStep, type Standing, stepOf } from "./steps.ts";

interface Planned {
	readonly steps: readonly PublishStep[];
	/** Statements of the one transaction, in order, with whose they are. */
	readonly rows: readonly string[];
	/** After the moves, under exclusive locks elsewhere; here each by itself. */
	readonly after: readonly string[];
	readonly added: readonly string[];
	readonly ways: readonly { readonly node: NodeId; readonly way: PublishWay }[];
	/** Tables that stay and take other rows, of which a copy is kept as they are now. */
	readonly copied: readonly CopiedTable[];
}

interface CopiedTable {
	readonly node: NodeId;
	readonly table: RelationName;
	readonly keepAs: RelationName;
}

/** What a publish has done once its relations stand in their places. */
interface Moved {
	readonly plan: Planned;
	readonly entry: JournalEntry;
	readonly kept: readonly KeptGeneration[];
	readonly journaled: boolean;
	/** When readers may have seen the first of it; milliseconds of performance.now(). */
	readonly from: number;
}

export async function runPublish(
	session: Session,
	dialect: Dialect,
	request: PublishRequest,
	known: RunCatalog,
): Promise<PublishReport> {
	const { candidates } = request;
	const moved = await moveKnown(session, dialect, request, known);
	const { plan, entry, kept, journaled, from } = moved;
	if (plan.steps.length > 0) await settle(session, dialect, entry, journaled);
	const lockedMs = Math.round(performance.now() - from);
	for (const sql of plan.after) await session.execute(sql);
	for (const candidate of candidates)
		if (candidate.kind !== "table" || candidate.apply !== undefined)
			await grantAsConfigured(session, dialect, candidate);
	await commentColumns(session, dialect, candidates);
	return { kept, ways: plan.ways, waitedMs: 0, lockedMs, warnings: [], refused: [] };
}

/**
 * One relation by itself goes by what the run knows; several are looked up. Where somebody else changed what stands there
 * meanwhile, Snowflake refuses the one statement that moves it, or the question for its grants before, and nothing has
 * happened: it is looked up then, and goes the way that is right.
 */
async function moveKnown(
	session: Session,
	dialect: Dialect,
	request: PublishRequest,
	known: RunCatalog,
): Promise<Moved> {
	const { candidates } = request;
	const [only] = candidates;
	const remembered = candidates.length === 1 ? await standingKnown(session, known, only!) : null;
	const lookUp = (): Promise<ReadonlyMap<string, Standing>> =>
		readStanding(
			session,
			dialect,
			candidates.flatMap((c) => [c.candidate, c.target]),
		);
	if (remembered === null) return moveIn(session, dialect, request, await lookUp());
	try {
		return await moveIn(session, dialect, request, remembered);
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.kind !== "sql" || only!.apply !== undefined) throw error;
		const standing = await lookUp();
		const kindsOf = (all: typeof standing): string =>
			[only!.candidate, only!.target].map((one) => all.get(relationKey(one))?.kind ?? "nothing").join();
		if (kindsOf(standing) === kindsOf(remembered)) throw error;
		known.forget();
		return moveIn(session, dialect, request, standing);
	}
}

async function moveIn(
	session: Session,
	dialect: Dialect,
	request: PublishRequest,
	standing: ReadonlyMap<string, Standing>,
): Promise<Moved> {
	const { candidates } = request;
	const plan = await planPublish(session, dialect, candidates, standing);
	const kept: readonly KeptGeneration[] = [...plan.steps, ...plan.copied].flatMap(({ node, keepAs }) =>
		keepAs === null ? [] : [{ node, relation: keepAs, kind: "table" as const }],
	);
	const published = plan.ways.map(({ node }) => node);
	const record = typeof request.record === "function" ? request.record({ published, kept }) : request.record;
	const entry: JournalEntry = {
		project: request.project,
		runId: request.runId,
		unit: request.unit,
		steps: plan.steps,
		record,
	};
	// Of what one statement does, nothing can be left half done.
	const journaled = plan.steps.length + (plan.rows.length > 0 ? 1 : 0) > 1;

	for (const copied of plan.copied) await keepCopy(session, dialect, copied);
	for (const sql of plan.added) await session.execute(sql, { signal: request.signal });
	const tables = plan.steps.filter(({ kind }) => kind === "table");
	const replaced = tables.filter(({ way }) => way === "swap").map(({ target }) => target);
	const grants = await readGrants(session, dialect, replaced);
	for (const step of tables) {
		const candidate = candidates.find((c) => c.node === step.node)!;
		await carryGrants(session, dialect, { candidate, there: grants.get(relationKey(step.target)) ?? [] });
	}
	if (journaled) {
		await ensureJournal(session);
		await markSteps(session, dialect, entry);
	}
	const from = performance.now();
	await untilFree(session, async () => {
		for (const sql of plan.rows) await session.execute(sql, { signal: request.signal });
		if (journaled) await runBound(session, [writeEntry(entry)]);
		// Without moves this is all there is, and it commits with its record.
		if (plan.steps.length === 0) await runBound(session, record);
		// Last, since it keeps other runs' fences and takeovers waiting until the commit.
		await checkFence(session, request);
	});
	if (plan.steps.length > 0) await moveAll(session, entry, journaled);
	return { plan, entry, kept, journaled, from };
}

async function planPublish(
	session: Session,
	dialect: Dialect,
	candidates: readonly Candidate[],
	standing: ReadonlyMap<string, Standing>,
): Promise<Planned> {
	const tables: PublishStep[] = [];
	const others: PublishStep[] = [];
	const rows: string[] = [];
	const after: string[] = [];
	const added: string[] = [];
	const ways: { node: NodeId; way: PublishWay }[] = [];
	const copied: CopiedTable[] = [];
	const copy = ({ node, target, keepAs }: Candidate): void => {
		if (keepAs !== undefined) copied.push({ node, table: target, keepAs });
	};
	for (const candidate of candidates) {
		const { node, apply } = candidate;
		const target = standing.get(relationKey(candidate.target)) ?? null;
		const to = dialect.render(candidate.target);
		if (apply !== undefined) {
			for (const { name, type } of apply.addColumns)
				added.push(`alter table ${to} add column ${dialect.quote(name)} ${type}`);
			rows.push(...apply.statements);
			for (const name of apply.dropColumns) after.push(`alter table ${to} drop column ${dialect.quote(name)}`);
			after.push(dropStatement(dialect, candidate.candidate, "view"), dropStatement(dialect, apply.delta, "table"));
			ways.push({ node, way: "apply" });
			copy(candidate);
			continue;
		}
		const stands = standing.get(relationKey(candidate.candidate));
		if (stands === undefined) throw new Error(`the candidate of ${candidate.target.identifier} is gone`);
		const mayKeep = candidate.kind === "table" && candidate.publish === "keep" && target?.kind === "table";
		if (mayKeep && (await sameColumns(session, candidate))) {
			rows.push(await overwriteStatement(session, dialect, candidate));
			after.push(dropStatement(dialect, candidate.candidate, "table"));
			ways.push({ node, way: "keep" });
			copy(candidate);
			continue;
		}
		const step = stepOf(dialect, { candidate, stands, target });
		(candidate.kind === "table" ? tables : others).push(step);
		ways.push({ node, way: step.way });
	}
	return { steps: [...tables, ...others], rows, after, added, ways, copied };
}

const columnsOf = async (session: Session, { candidate, target }: Candidate) => {
	const columns = await session.listColumns([candidate, target]);
	return [columns.get(relationKey(candidate)) ?? [], columns.get(relationKey(target)) ?? []] as const;
};

async function sameColumns(session: Session, candidate: Candidate): Promise<boolean> {
	const [fresh, old] = await columnsOf(session, candidate);
	const names = (columns: typeof fresh): string =>
		columns
			.map(({ name, type }) => `${name} ${type}`)
			.sort()
			.join("\0");
	return names(fresh) === names(old);
}

async function overwriteStatement(session: Session, dialect: Dialect, candidate: Candidate): Promise<string> {
	const [fresh] = await columnsOf(session, candidate);
	const list = fresh.map(({ name }) => dialect.quote(name)).join(", ");
	const [from, to] = [dialect.render(candidate.candidate), dialect.render(candidate.target)];
	return `insert overwrite into ${to} (${list}) select ${list} from ${from}`;
}

async function markSteps(session: Session, dialect: Dialect, { runId, steps }: JournalEntry): Promise<void> {
	for (const [i, step] of steps.entries())
		if (step.kind === "table") await session.execute(commentStatement(dialect, step.candidate, markOf(runId, i)));
}

async function moveAll(session: Session, entry: JournalEntry, journaled: boolean): Promise<void> {
	const done: PublishStep[] = [];
	try {
		for (const step of entry.steps) {
			if (step.before !== null) await session.execute(step.before);
			await session.execute(step.move);
			done.push(step);
		}
	} catch (error) {
		// One that cannot be taken back stays, and so does the journal: the next run finishes what this one began.
		if (done.some(({ undo }) => undo === null)) throw error;
		for (const step of done.toReversed()) await session.execute(step.undo!);
		if (journaled) await runBound(session, [forgetEntry(entry)]);
		throw error;
	}
}

/** The moves are done: says so, and clears away. Each part of it may be done again. */
export async function settle(
	session: Session,
	dialect: Dialect,
	entry: JournalEntry,
	journaled: boolean,
): Promise<void> {
	await untilFree(session, async () => {
		await runBound(session, [...entry.record, ...(journaled ? [forgetEntry(entry)] : [])]);
	});
	for (const step of entry.steps) {
		if (step.kind === "table" && (journaled || step.comment !== null))
			await session.execute(commentStatement(dialect, step.target, step.comment ?? ""));
		if (step.kind === "view") {
			await session.execute(dropStatement(dialect, step.candidate, "view"));
			if (step.comment !== null)
				await session.execute(`comment on view ${dialect.render(step.target)} is ${dialect.literal(step.comment)}`);
		}
		if (step.kind === "materialized_view")
			await session.execute(dropStatement(dialect, step.candidate, "materialized_view"));
		if (!step.leavesOld) continue;
		if (step.keepAs === null) await session.execute(dropStatement(dialect, step.candidate, "table"));
		else await keepOld(session, dialect, step.candidate, step.keepAs);
	}
}

async function makeSchema(session: Session, dialect: Dialect, { database, schema }: RelationName): Promise<void> {
	const place = [database, schema]
		.filter((part) => part !== "")
		.map(dialect.quote)
		.join(".");
	await session.execute(`create schema if not exists ${place}`);
}

/**
 * A clone shares its rows, and is a definition, which commits: it is made before the transaction that changes the table.
 * Where that comes to nothing, the copy has the name under which the next publish makes it anew. A permanent table's copy
 * is permanent, since a rollback puts it in its place; a transient one can have no other copy than a transient one.
 */
async function keepCopy(session: Session, dialect: Dialect, { table, keepAs }: CopiedTable): Promise<void> {
	await makeSchema(session, dialect, keepAs);
	const transient = (await isTransient(session, dialect, table)) ? "transient " : "";
	await session.execute(`create or replace ${transient}table ${dialect.render(keepAs)} clone ${dialect.render(table)}`);
}

/** SHOW OBJECTS says TABLE of both; SHOW TABLES tells them apart. `_` and `%` may bring others, which are passed over. */
async function isTransient(session: Session, dialect: Dialect, { database, schema, identifier }: RelationName) {
	const place = [database, schema]
		.filter((part) => part !== "")
		.map(dialect.quote)
		.join(".");
	const found = await session.query(`show tables like ${dialect.literal(identifier)} in schema ${place}`);
	return cellsOf(found).some((cells) => cells.get("name") === identifier && cells.get("kind") === "TRANSIENT");
}

async function keepOld(session: Session, dialect: Dialect, old: RelationName, keepAs: RelationName): Promise<void> {
	await makeSchema(session, dialect, keepAs);
	await session.execute(dropStatement(dialect, keepAs, "table"));
	await session.execute(`alter table ${dialect.render(old)} rename to ${dialect.render(keepAs)}`);
}

async function commentColumns(session: Session, dialect: Dialect, candidates: readonly Candidate[]): Promise<void> {
	const documented = candidates.filter((c) => (c.columnComments ?? []).length > 0);
	if (documented.length === 0) return;
	const columns = await session.listColumns(documented.map((c) => c.target));
	for (const candidate of documented) {
		const there = columns.get(relationKey(candidate.target)) ?? [];
		for (const { column, quoted, text } of candidate.columnComments ?? []) {
			const name = quoted ? column : dialect.fold(column);
			const found = there.find((c) => c.name === column || c.name === name);
			if (found === undefined || text === "" || found.comment === text) continue;
			await session.execute(
				`comment on column ${dialect.render(candidate.target)}.${dialect.quote(found.name)} is ${dialect.literal(text)}`,
			);
		}
	}
}

/** What the run holds may have been taken over by another one while this one was thought dead. */
async function checkFence(session: Session, { fence, unit }: PublishRequest): Promise<void> {
	if (fence === undefined) return;
	if (!holdsFence(await session.query(fence.sql, fence.binds))) fail("TFM-PUB-013", { unit });
}

async function runBound(session: Session, statements: readonly BoundStatement[]): Promise<void> {
	for (const { sql, binds } of statements) await session.query(sql, binds);
}

const TRIES = 20;

/** A transaction; had again where another one on the same tables came first, for then it had no effect. */
async function untilFree(session: Session, work: () => Promise<void>): Promise<void> {
	for (let tried = 1; ; tried++) {
		try {
			return await session.transaction(work);
		} catch (error) {
			if (!(error instanceof DatabaseError && error.retryable) || tried === TRIES) throw error;
			await pause(20 * tried);
		}
	}
}
