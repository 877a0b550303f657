/** Before the first node: state tables, leftovers of earlier runs, schemas, and what is known of seeds and candidates. */
import type { Session } from "../core/adapter.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import { tablesHere } from "../core/ofTarget.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { relationsAround } from "../core/relationsAround.ts";
import type { CandidateRow, PublishedRow, TablesHere } from "../core/state.ts";
import { storedName } from "../core/storedName.ts";
import { performRequest } from "./answerRequest.ts";
import { expectDurations } from "./expectDurations.ts";
import { rememberGenerations } from "./generations.ts";
import { othersCandidates, takeLeases } from "./leases.ts";
import { missingDatabases, type Placed } from "./missingDatabases.ts";
import { candidatesHere, rowsToForget, standingCandidates } from "./reuse.ts";
import { buildTasks, projectTargetOf, type Run, targetOf, targetsOf } from "./run.ts";
import { databaseErrorOf, runBound } from "./statement.ts";

/**
 * Drops what earlier runs left in the schemas of this one's targets, except what may be used again and what other runs
 * have leased. Part of the transaction that takes the leases: nobody else can begin to build there meanwhile.
 */
async function clearLeftovers(run: Run, session: Session): Promise<void> {
	const { job, ports } = run;
	const project = job.manifest.projectName;
	const builds = buildTasks(run.graph);
	if (builds.length === 0) return;
	const targets = builds.flatMap((task) => targetsOf(run, task.node));
	const rows = await candidatesHere(run, session);
	const rebuilt = new Set<NodeId>(builds.map((task) => task.id));
	const kept = new Map<NodeId, CandidateRow>();
	if (job.flags.reuse && run.gated)
		for (const row of await standingCandidates(run, session)) if (rebuilt.has(row.node)) kept.set(row.node, row);
	const pointers = builds.flatMap(({ id, node }) => (kept.has(id) ? targetsOf(run, node).slice(1) : []));
	const keep = [
		...[...kept.values()].map((row) => row.candidate),
		...pointers.map((pointer) => ports.adapter.publisher.candidateOf(project, pointer)),
		...(await othersCandidates(run, session)),
	];
	const dropped = await ports.adapter.publisher.dropStale(session, project, targets, keep);
	const forget = rowsToForget(rows, kept, rebuilt, dropped);
	if (forget.length > 0) await runBound(session, ports.state.forgetCandidates(project, forget));
	// The transaction may be tried again; the last try counts.
	run.reusable.clear();
	for (const [id, row] of kept) run.reusable.set(id, row);
}

async function learnSeeds(run: Run, session: Session, here: TablesHere): Promise<void> {
	const seeds = buildTasks(run.graph).filter((task) => task.node.resource_type === "seed");
	if (seeds.length === 0) return;
	const hashes = await run.ports.state.seedHashes(session, run.job.manifest.projectName, here);
	for (const [id, hash] of hashes) run.seedHashes.set(id, hash);
	const targets = seeds.map(({ id, node }) => ({ id, target: targetOf(run, node) }));
	const tables = new Set<string>();
	const found = await relationsAround(
		session,
		targets.map(({ target }) => target),
	);
	for (const r of found) if (r.kind === "table") tables.add(relationKey(r));
	for (const { id, target } of targets) if (tables.has(relationKey(target))) run.seedsThere.add(id);
	const known = targets.filter(({ id }) => run.seedsThere.has(id) && run.seedHashes.has(id));
	for (let from = 0; from < known.length; from += TABLES_AT_ONCE)
		await forgetEmptied(run, session, known.slice(from, from + TABLES_AT_ONCE));
}

/** Columns of one answer; a server allows 1664. */
const TABLES_AT_ONCE = 500;

/** A seed whose table somebody emptied is loaded again, though its file is unchanged. */
async function forgetEmptied(
	run: Run,
	session: Session,
	seeds: readonly { readonly id: NodeId; readonly target: RelationName }[],
): Promise<void> {
	const { dialect } = run.ports.adapter;
	const rowIn = (target: RelationName) => `exists (select 1 from ${dialect.building.nameOf(target)})`;
	const { rows } = await session.query(`select ${seeds.map(({ target }) => rowIn(target)).join(", ")}`);
	for (const [i, { id }] of seeds.entries()) if (rows[0]?.[i] === false) run.seedsThere.delete(id);
}

/** What stands and what it was made of; whether it is still there only matters where it may be left as it is. */
async function rememberBuilds(
	run: Run,
	session: Session,
	known: { readonly here: TablesHere; readonly published: ReadonlyMap<NodeId, PublishedRow> },
): Promise<void> {
	const { job, ports } = run;
	const seeds = await ports.state.seedHashes(session, job.manifest.projectName, known.here);
	let there: Map<string, string> | null = null;
	if (job.flags.changed === true) {
		const targets = buildTasks(run.graph).flatMap((task) => targetsOf(run, task.node));
		const found = await relationsAround(session, targets);
		there = new Map(found.map((relation) => [relationKey(relation), relation.kind]));
	}
	run.builds.remember({ published: known.published, seeds, there });
	if ([...run.graph.tasks.values()].some(({ kind }) => kind === "test" || kind === "unit"))
		for (const [test, hash] of await ports.state.passedTests(session, projectTargetOf(job)))
			run.passedTests.before.set(test, hash);
}

/** What stands under most tables' names is a bare table: to ask that of each by itself would be a message for each. */
async function learnBareTargets(run: Run, session: Session): Promise<void> {
	const { publisher } = run.ports.adapter;
	const tables = buildTasks(run.graph).filter(
		({ node }) => node.config.materialized === "table" || node.resource_type === "seed",
	);
	const targets = tables.map(({ node }) => targetOf(run, node));
	if (publisher.carrying === undefined || targets.length === 0) return;
	const carrying = await publisher.carrying(session, targets);
	for (const key of targets.map(relationKey)) if (!carrying.has(key)) run.bareTargets.add(key);
}

async function landingSchemas(run: Run, session: Session): Promise<void> {
	const schemas = new Map<string, { database: string; schema: string; identifier: string }>();
	for (const task of run.graph.tasks.values())
		if (task.kind === "load") {
			const { database, schema } = storedName(task.node, run.ports.adapter.dialect);
			schemas.set(`${database}\0${schema}`, { database, schema, identifier: "" });
		}
	for (const relation of schemas.values())
		await performRequest(run, session, { kind: "ddl", action: "create_schema", relation }, null);
}

/** `test --candidates`: what stands is what tests read. */
async function bindCandidates(run: Run, session: Session): Promise<void> {
	for (const row of await standingCandidates(run, session))
		run.standing.set(row.node, {
			candidate: { node: row.node, kind: row.kind, candidate: row.candidate, target: row.target, publish: "swap" },
			codeHash: row.codeHash,
			inputsHash: row.inputsHash,
			builtBy: row.runId,
			seedHash: null,
		});
}

/** True when the run writes relations, so that it is recorded; tests alone leave no trace in the warehouse. */
export const writes = (run: Run): boolean =>
	[...run.graph.tasks.values()].some((task) => task.kind === "build" || task.kind === "load");

/** The run is written down; from here on others can see that it is alive. */
async function begin(run: Run): Promise<void> {
	const { job, ports } = run;
	// Before anybody can read of the run: who finds it must find it alive.
	await ports.adapter.presence.announce(job.runId);
	await ports.adapter.withSession(async (session) => {
		await ports.state.migrate(session);
		await ports.state.beginRun(session, {
			runId: job.runId,
			...projectTargetOf(job),
			command: job.command,
			host: job.host.name,
			pid: job.host.pid,
			startedAt: ports.clock().toISOString(),
			...(job.origin === undefined ? {} : { args: job.origin.args }),
			...(job.origin?.checkout == null ? {} : { checkout: job.origin.checkout }),
			...(job.origin?.trigger == null ? {} : { trigger: job.origin.trigger }),
		});
	});
}

/** For a run that publishes what stands already: its candidates are not leftovers. */
async function workToPublish(run: Run): Promise<void> {
	const { job, ports } = run;
	await begin(run);
	await ports.adapter.withSession(async (session) => {
		await takeLeases(run, session, async () => {});
		const targets = buildTasks(run.graph).flatMap((task) => targetsOf(run, task.node));
		await ports.adapter.publisher.ensureSchemas(session, job.manifest.projectName, targets);
		const here = tablesHere(job.manifest, ports.adapter.dialect);
		run.identities.remember(await ports.state.listPublished(session, job.manifest.projectName, here));
		await rememberGenerations(run, session);
	});
}

async function work(run: Run): Promise<void> {
	const { job, ports } = run;
	if (!writes(run)) {
		if (!job.flags.candidates) return;
		await ports.adapter.withSession(async (session) => {
			await ports.state.migrate(session);
			await bindCandidates(run, session);
		});
		return;
	}
	await begin(run);
	await ports.adapter.withSession(async (session) => {
		await takeLeases(run, session, () => clearLeftovers(run, session));
		const targets = buildTasks(run.graph).flatMap((task) => targetsOf(run, task.node));
		if (targets.length > 0) await ports.adapter.publisher.ensureSchemas(session, job.manifest.projectName, targets);
		const here = tablesHere(job.manifest, ports.adapter.dialect);
		const published = await ports.state.listPublished(session, job.manifest.projectName, here);
		if (run.gated) run.identities.remember(published);
		await rememberBuilds(run, session, { here, published });
		if (buildTasks(run.graph).some(({ node }) => node.resource_type === "model"))
			run.testMemory.remember(await ports.state.testPasses(session, job.manifest.projectName, here));
		if (run.gated) await rememberGenerations(run, session);
		await expectDurations(run, session);
		await learnSeeds(run, session, here);
		await learnBareTargets(run, session);
		await landingSchemas(run, session);
	});
}

/** What the run makes, and in which databases. */
const placesOf = (run: Run): readonly Placed[] =>
	[...run.graph.tasks.values()].flatMap((task): readonly Placed[] => {
		if (task.kind === "build") return targetsOf(run, task.node).map(({ database }) => ({ node: task.node, database }));
		if (task.kind !== "load") return [];
		return [{ node: task.node, database: storedName(task.node, run.ports.adapter.dialect).database }];
	});

/** A refusal here is not a node's: it rejects, and the command exits 2 (dbt: raised outside of node results). */
async function refusing(run: Run, work: (run: Run) => Promise<void>): Promise<void> {
	try {
		await work(run);
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (refused === null || run.stopReason() !== null) throw error;
		const { message, sqlstate, detail, hint } = refused;
		const { adapter } = run.ports;
		if (refused.kind === "sql" && adapter.dialect.readsDatabases) {
			const missing = await adapter.withSession((session) => missingDatabases(session, adapter.dialect, placesOf(run)));
			if (missing.length > 0) throw new TfmError(missing, { cause: error });
		}
		throw new TfmError(
			diagnostic("TFM-RUN-001", { node: "the preparation of the run", message, sqlstate, detail, hint }),
			{ cause: error },
		);
	}
}

export const prepare = (run: Run): Promise<void> => refusing(run, work);

export const prepareToPublish = (run: Run): Promise<void> => refusing(run, workToPublish);
