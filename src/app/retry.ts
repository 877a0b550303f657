import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Adapter } from "../core/adapter.ts";
import type { Config } from "../core/config.ts";
import { diagnostic, fail } from "../core/diagnostic.ts";
import { type BatchResults, type EventWindow, readEventTime } from "../core/eventTime.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import { tablesHere } from "../core/ofTarget.ts";
import type { StateStore } from "../core/state.ts";
import { ancestors, descendants } from "../graph/relatives.ts";
import { writeRunResults } from "./artifacts.ts";
import { type BegunRun, begunPath, readBegun } from "./begunRun.ts";
import { cloneNodes } from "./clone.ts";
import { logNodes } from "./commandEvents.ts";
import { artifactsIn, environmentNamed } from "./environments/placeInEnvironment.ts";
import { LEFT_STATUSES, newestLeft, targetsLeft } from "./leftRuns.ts";
import { type OpenProject, readConfig, resolveProject } from "./openProject.ts";
import { checksumsOf, type RunNotes, readRunNotes } from "./runNotes.ts";
import { callOperation } from "./runOperation.ts";
import { runSelected } from "./runSelected.ts";
import { type EarlierArgs, takeOver } from "./takeOver.ts";

const COMMANDS = new Set(["run", "build", "test", "seed", "snapshot", "load", "clone", "run-operation"]);
/** They compile all or nothing, so there is never anything left of them. dbt's name of `docs generate` is its last word. */
const WHOLE = new Set(["compile", "generate", "docs generate"]);

/**
 * `tfm retry`: what the last run failed, skipped or held. Candidates that it left are used again where their code and
 * inputs are unchanged; they are tested again, then published. The mistake may have been above what failed, so in a
 * layered project whatever the retried nodes read and was changed since (a seed, a model, a landing file) comes along,
 * with all that lies between. Without layers exactly the nodes of the last run are repeated, as in dbt.
 */
export async function retryCommand(asked: Invocation): Promise<ExitCode> {
	const statuses = asked.flags.warnError ? new Set([...LEFT_STATUSES, "warn"]) : LEFT_STATUSES;
	const { invocation, project, last, notes, killed, since } = await repeatedProject(asked, statuses);
	const { command } = invocation;
	const root = project.config.project;
	if (command === "run-operation" && last.results.some((r) => statuses.has(r.status)))
		return callOperation(invocation, project);
	const left = last.results.filter((r) => statuses.has(r.status) && !r.id.startsWith("operation."));
	const gone = left.find((r) => findNode(project.manifest, r.id) === undefined);
	if (gone !== undefined && root.layering === null) fail("TFM-APP-017", { id: gone.id });
	const failed = left.filter((r) => findNode(project.manifest, r.id) !== undefined);
	const selected = new Set<NodeId>(failed.map((r) => r.id));
	if (command === "clone" && selected.size > 0)
		return cloneNodes(invocation, project, { selected, warnings: [], nothingLeft: NOTHING });
	if (selected.size > 0 && root.layering !== null && notes !== null)
		for (const id of changedAbove(project, selected, notes)) selected.add(id);
	for (const id of testsOf(project, selected, { last, notes })) selected.add(id);
	if (selected.size === 0) {
		const others =
			root.layering === null
				? []
				: targetsLeft(readRunNotes(project.config.targetDir, null), statuses, last.args.target);
		const where = others.map((name) => `; left for the target ${name}: tfm retry --target ${name}`).join("");
		return nothingDone(invocation, project, where);
	}
	const held = root.layering !== null && failed.some((r) => r.status === "fail");
	const repeated = asBefore(invocation, project, last);
	return runSelected(repeated.invocation, repeated.project, {
		command: "retry",
		origin: command,
		takesUp: last.invocationId,
		selected,
		warnings: [
			...(killed === null
				? []
				: [diagnostic("TFM-APP-020", { run: last.invocationId, command }, { severity: "warning" })]),
			...(since === null
				? []
				: [diagnostic("TFM-APP-021", { run: last.invocationId, command, since }, { severity: "warning" })]),
		],
		...(held
			? {
					refine: async (open) => ({
						selected: await withoutAccepted(project, selected, { ...open, run: last.invocationId }),
					}),
				}
			: {}),
		nothingLeft: NOTHING,
		microbatch: { now: last.startedAt ?? project.startedAt, unfinished: unfinishedBatches(last) },
		overloadsDone: new Map(
			last.results.flatMap(({ id, overloads }) => (overloads === undefined ? [] : [[id, overloads]])),
		),
		flags: { reuse: true, testsBlock: command === "build", gates: (killed ?? notes)?.gates ?? invocation.flags.gates },
	});
}

/** Target and profile are named in every run; those that the project means anyway need not be asked for. */
function elsewhere(args: EarlierArgs, { target }: Config): EarlierArgs {
	const { target: name, profile, ...rest } = args;
	return {
		...rest,
		...(name === target.targetName ? {} : { target: name }),
		...(profile === target.profileName ? {} : { profile }),
	};
}

/** The file of the run that is taken up; with --state that of another folder (dbt). */
function resultsPath({ flags }: Invocation, { targetDir, project }: Config): [path: string, shown: string] {
	const { state } = flags;
	const path = join(state === undefined ? targetDir : resolve(project.root, state), "run_results.json");
	return [path, relative(project.root, path)];
}

interface Found {
	readonly last: LastRun;
	readonly notes: RunNotes | null;
	/** The run never said how it ended. */
	readonly killed: Pick<BegunRun, "command" | "gates"> | null;
	/** The command that was run since, where the run taken up is not the last; a test hides nothing and is not named. */
	readonly since: string | null;
}

function finished(asked: Invocation, config: Config, statuses: ReadonlySet<string>): Found {
	const written = readLast(...resultsPath(asked, config));
	const { last, notes } = lastOf(written, config, { statuses, target: asked.flags.target });
	const later = last === written || written.command === "test" ? null : written.command;
	return { last, notes, killed: null, since: later };
}

/** A run that was killed counts as the last one, though it has no results; all of it is left to do. */
function takenUp(asked: Invocation, config: Config, statuses: ReadonlySet<string>): Found {
	const killed = readBegun(config.targetDir);
	if (killed === null) return finished(asked, config, statuses);
	const path = begunPath(config.targetDir);
	return { last: readLast(path, relative(config.project.root, path)), notes: null, killed, since: null };
}

/** The earlier command, and the project as it read it: with its variables, its target and its other flags. */
async function repeatedProject(
	asked: Invocation,
	statuses: ReadonlySet<string>,
): Promise<Found & { readonly invocation: Invocation; readonly project: OpenProject }> {
	const startedAt = asked.clock();
	const read = await readConfig(asked);
	const { env: within } = asked.flags.extra;
	const config = within === undefined ? read : { ...read, targetDir: artifactsIn(read, environmentNamed(within)) };
	const found = asked.flags.state === undefined ? takenUp(asked, config, statuses) : finished(asked, config, statuses);
	const command = (found.killed ?? found.notes)?.command ?? found.last.command;
	if (!COMMANDS.has(command) && !WHOLE.has(command)) fail("TFM-APP-004", { command });
	// Also for templates and artifacts it is that command which runs (dbt).
	const invocation = { ...asked, command, flags: takeOver(asked.flags, elsewhere(found.last.args, config)) };
	return { ...found, invocation, project: resolveProject(invocation, await readConfig(invocation), startedAt) };
}

/** With the windows of event time of the run that is repeated, also for the results that a further retry reads. */
function asBefore(
	invocation: Invocation,
	project: OpenProject,
	{ eventTime, sample }: LastRun,
): { readonly invocation: Invocation; readonly project: OpenProject } {
	const flags = { ...invocation.flags, ...(eventTime === undefined ? {} : { eventTime }) };
	const facts = project.facts.invocation;
	return {
		invocation: { ...invocation, flags },
		project: {
			...project,
			facts: { ...project.facts, invocation: { ...facts, ...(sample === undefined ? {} : { sample }) } },
		},
	};
}

const NOTHING = "nothing to retry: all that ran last time succeeded";

/**
 * The run that is taken up. In a layered project that is the newest one for the target that left something which no run
 * has dealt with since; elsewhere the last command that wrote run_results.json, as in dbt.
 */
function lastOf(
	written: LastRun,
	{ targetDir, project }: Config,
	wanted: { readonly statuses: ReadonlySet<string>; readonly target: string | undefined },
): Pick<Found, "last" | "notes"> {
	const own = readRunNotes(targetDir, written.invocationId);
	if (project.layering === null) return { last: written, notes: own };
	const failed = written.results.some((r) => wanted.statuses.has(r.status));
	if (written.command === "run-operation" && failed) return { last: written, notes: own };
	const target = wanted.target ?? written.args.target;
	const left = newestLeft(readRunNotes(targetDir, null), wanted.statuses, target);
	if (left === undefined || left.invocation_id === written.invocationId) return { last: written, notes: own };
	return { last: lastOfNotes(left), notes: left };
}

const lastOfNotes = ({ command, args = {}, invocation_id, started_at, results = [] }: RunNotes): LastRun => ({
	command,
	startedAt: readTime(started_at),
	args,
	invocationId: invocation_id,
	results: results.map(({ id, status }) => ({ id: nodeId(id), status })),
	...windowsOf(args),
});

/**
 * As after any command that has selected nothing, run_results.json holds no result; what run-operation wrote stays (dbt's
 * RetryTask gives the results that it found).
 */
function nothingDone(invocation: Invocation, project: OpenProject, elsewhereLeft: string): ExitCode {
	const { command, log } = invocation;
	logNodes(invocation, project, 0);
	if (log?.onScreen !== true) invocation.stdout.write(`${NOTHING}${elsewhereLeft}\n`);
	if (command === "run-operation") return 0;
	const startedAt = project.startedAt.toISOString();
	const none = { command, runId: project.runId, results: [], startedAt, elapsed: 0, cancelled: false };
	writeRunResults(invocation, project, { ...none, exitCode: 0 });
	return 0;
}

/** What a person has let through since (`tfm publish`) is published, and its tests do not hold it again. */
async function withoutAccepted(
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
	{ adapter, state, run }: { readonly adapter: Adapter; readonly state: StateStore; readonly run: string },
): Promise<ReadonlySet<NodeId>> {
	const { manifest } = project;
	return adapter.withSession(async (session) => {
		await state.migrate(session);
		const accepted = await state.acceptancesOf(session, run);
		if (accepted.length === 0) return selected;
		const layers = new Set(accepted.map((row) => row.layer));
		const here = tablesHere(manifest, project.engine.dialect);
		const published = await state.listPublished(session, manifest.projectName, here);
		const through = new Set(accepted.map((row) => row.publishedBy));
		const done = new Set<NodeId>(accepted.map((row) => row.test));
		for (const row of await state.heldBy(session, run))
			if (layers.has(row.layer) && through.has(published.get(row.node)?.runId ?? "")) done.add(row.node);
		const left = [...selected].filter((id) => !done.has(id));
		// Their other tests came along for their sake; those that read something still to be built stay.
		const leftBuilt = new Set(left.filter((id) => manifest.nodes.get(id)?.resource_type !== "test"));
		return new Set(
			left.filter((id) => {
				const reads = manifest.parents.get(id) ?? [];
				return leftBuilt.has(id) || reads.some((read) => leftBuilt.has(read)) || !reads.some((read) => done.has(read));
			}),
		);
	});
}

/** What the retried nodes read and has other text now, and all between; landing loads, whose ledger knows what is new. */
function changedAbove(project: OpenProject, retried: ReadonlySet<NodeId>, notes: RunNotes): Set<NodeId> {
	const above = ancestors(project.graph, retried);
	const now = checksumsOf(project.manifest, project.config.project.root);
	const changed = [...above].filter((id) => now[id] !== undefined && now[id] !== notes.checksums[id]);
	const below = descendants(project.graph, changed);
	return new Set([
		...changed,
		...[...below].filter((id) => above.has(id) && findNode(project.manifest, id)?.resource_type !== "test"),
	]);
}

/**
 * A held node is published only after its tests have passed again, so they come along even if they had passed; in a
 * layered project also those written since, because a corrected generic test has another id than the one that failed.
 */
function testsOf(
	project: OpenProject,
	selected: ReadonlySet<NodeId>,
	{ last, notes }: { readonly last: LastRun; readonly notes: RunNotes | null },
): NodeId[] {
	const ran = new Set(last.results.map((r) => r.id));
	const known = notes?.tests === undefined || project.config.project.layering === null ? null : new Set(notes.tests);
	return [...project.manifest.nodes.values()]
		.filter(
			(node) =>
				node.resource_type === "test" &&
				(ran.has(node.unique_id) || known?.has(node.unique_id) === false) &&
				node.depends_on.nodes.some((id) => selected.has(id)),
		)
		.map((node) => node.unique_id);
}

interface LastRun {
	readonly command: string;
	readonly args: EarlierArgs;
	readonly invocationId: string;
	readonly results: readonly {
		readonly id: NodeId;
		readonly status: string;
		readonly batches?: BatchResults | undefined;
		/** A function's signatures that were created, by the names of their files. */
		readonly overloads?: readonly string[] | undefined;
	}[];
	/** Absent where the file does not say. */
	readonly startedAt?: Date | undefined;
	/** The windows of event time that it was asked for. */
	readonly eventTime?: EventWindow | undefined;
	readonly sample?: EventWindow | undefined;
}

interface StoredResult {
	readonly unique_id?: unknown;
	readonly status?: unknown;
	readonly batch_results?: unknown;
	readonly overload_results?: unknown;
}

interface StoredResults {
	readonly metadata?: { readonly invocation_id?: unknown; readonly invocation_started_at?: unknown };
	readonly args?: Readonly<Record<string, unknown>>;
	readonly results?: unknown;
}

/** Models of which some batches are done: only the others are built again. Where none is, it begins anew (dbt). */
const unfinishedBatches = ({ results }: LastRun): ReadonlyMap<NodeId, BatchResults> =>
	new Map(
		results.flatMap(({ id, batches }) =>
			batches !== undefined && batches.successful.length > 0 && batches.failed.length > 0 ? [[id, batches]] : [],
		),
	);

const readTime = (value: unknown): Date | undefined =>
	typeof value === "string" ? (readEventTime(value) ?? undefined) : undefined;

function readWindow(start: unknown, end: unknown): EventWindow | undefined {
	const [from, to] = [readTime(start), readTime(end)];
	return from === undefined || to === undefined ? undefined : { start: from, end: to };
}

function windowsOf(args: EarlierArgs): Pick<LastRun, "eventTime" | "sample"> {
	const sample = args.sample as { readonly start?: unknown; readonly end?: unknown } | null | undefined;
	return {
		eventTime: readWindow(args.event_time_start, args.event_time_end),
		sample: readWindow(sample?.start, sample?.end),
	};
}

function readBatches(value: unknown): BatchResults | undefined {
	const stored = value as { readonly successful?: unknown; readonly failed?: unknown } | null | undefined;
	const windows = (of: unknown): readonly EventWindow[] =>
		Array.isArray(of) ? of.flatMap((w: unknown) => (Array.isArray(w) ? (readWindow(w[0], w[1]) ?? []) : [])) : [];
	if (typeof stored !== "object" || stored === null) return undefined;
	return { successful: windows(stored.successful), failed: windows(stored.failed) };
}

function readOverloads(value: unknown): readonly string[] | undefined {
	const { successful } = (value ?? {}) as { readonly successful?: unknown };
	return Array.isArray(successful) ? successful.filter((name) => typeof name === "string") : undefined;
}

function readLast(path: string, shown: string): LastRun {
	if (!existsSync(path)) fail("TFM-APP-002", { path: shown });
	let document: StoredResults | null;
	try {
		document = JSON.parse(readFileSync(path, "utf8")) as StoredResults | null;
	} catch (cause) {
		fail("TFM-APP-003", { path: shown, problem: "it is not JSON" }, { cause });
	}
	if (!Array.isArray(document?.results)) fail("TFM-APP-003", { path: shown, problem: "it has no results" });
	const results = document.results as readonly StoredResult[];
	const { args = {} } = document;
	return {
		command: typeof document.args?.which === "string" ? document.args.which : "run",
		args,
		invocationId: String(document.metadata?.invocation_id ?? ""),
		results: results.map((r) => ({
			id: nodeId(String(r.unique_id)),
			status: String(r.status),
			batches: readBatches(r.batch_results),
			overloads: readOverloads(r.overload_results),
		})),
		startedAt: readTime(document.metadata?.invocation_started_at),
		...windowsOf(args),
	};
}
