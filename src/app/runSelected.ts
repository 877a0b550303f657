import type { Adapter } from "../core/adapter.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { LateFailure } from "../core/lateFailure.ts";
import type { NodeId } from "../core/node.ts";
import type { MicrobatchJob, RunFlags, SettledNode } from "../core/ports.ts";
import type { RunResult } from "../core/result.ts";
import type { StateStore } from "../core/state.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { executeRun } from "../execute/executeRun.ts";
import { doneBy, writeCompiled, writeHooks, writeRunResults, writeSources } from "./artifacts.ts";
import { removeBegun } from "./begunRun.ts";
import { boundGarbage } from "./boundGarbage.ts";
import { openEvents } from "./commandEvents.ts";
import { withDeferral } from "./deferral.ts";
import { beginManifest } from "./manifestFile.ts";
import { noteBegun, writeRunNotes } from "./noteRun.ts";
import { createScratch, openAdapter } from "./openAdapter.ts";
import type { OpenProject } from "./openProject.ts";
import { openState } from "./openState.ts";
import { optimizeLate } from "./optimizeLate.ts";
import { requireInputs } from "./requireInputs.ts";
import { runCheckout } from "./runCheckout.ts";
import { createRunPorts, jobOf, summaryDocument } from "./runPorts.ts";
import { openWatchers } from "./runWatchers.ts";
import { createSqlWriter } from "./sqlWriter.ts";
import { tellNativeTests } from "./tellNativeTests.ts";
import { compileUnread, type UnreadModels } from "./unreadEphemerals.ts";
import { recordUnrecorded } from "./unrecordedRuns.ts";

const NONE_UNREAD: UnreadModels = { compiled: [], warnings: [] };

export interface RunRequest {
	readonly command: string;
	/** `retry`: the command that it repeats. */
	readonly origin?: string;
	/** `retry`: the id of the run that it repeats. */
	readonly takesUp?: string;
	readonly selected: ReadonlySet<NodeId>;
	/** Remarks of the selection. */
	readonly warnings: readonly Diagnostic[];
	readonly flags?: Partial<RunFlags>;
	/** `retry`: what its run asked of microbatch models, and what became of their batches. */
	readonly microbatch?: Partial<MicrobatchJob>;
	/** `retry`: signatures of functions that are created already. */
	readonly overloadsDone?: ReadonlyMap<NodeId, readonly string[]>;
	/** Leaves out of the selection what only the database knows to be done, or tells what is settled already. */
	readonly refine?: (open: { readonly adapter: Adapter; readonly state: StateStore }) => Promise<Refined>;
	/** False: what is sent is not the nodes' own SQL, so that the artifacts call none of them compiled (`clone`). */
	readonly compiles?: boolean;
	/** False: neither on-run-start nor on-run-end. */
	readonly hooks?: boolean;
	/** `source freshness`: sources.json is written in place of run_results.json, to this path or under target/, and printed. */
	readonly sources?: { readonly path: string | null; readonly print: boolean };
	/** What to say when that leaves nothing. */
	readonly nothingLeft?: string;
}

export interface Refined {
	readonly selected: ReadonlySet<NodeId>;
	readonly settled?: ReadonlyMap<NodeId, SettledNode>;
}

/**
 * From a selection to an exit code: what run, build, test, seed, load and retry have in common. Opens the database,
 * checks that what is read exists, runs, and writes the artifacts; closes the database whatever happens.
 */
export async function runSelected(
	invocation: Invocation,
	project: OpenProject,
	request: RunRequest,
): Promise<ExitCode> {
	optimizeLate();
	boundGarbage(request.selected.size);
	const manifestFile = beginManifest(invocation, project);
	// The document of `source freshness` is sources.json.
	const summary = request.sources === undefined ? [summaryDocument(invocation)] : [];
	const sqlFiles = createSqlWriter(project, request.compiles === false ? ["run"] : ["compiled", "run"]);
	// A look at what is held is nobody's news.
	const watchers = request.flags?.candidates === true ? [] : await openWatchers(invocation, project);
	const subscribers = [sqlFiles, ...summary, ...watchers.map((watcher) => watcher.subscriber)];
	const events = openEvents(invocation, project, subscribers);
	for (const remark of request.warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	let adapter: Adapter | undefined;
	const scratch = createScratch(invocation);
	const offline = request.flags?.offline === true;
	const checkedOut = runCheckout(invocation, project);
	let broken: unknown;
	let begun = false;
	try {
		adapter = offline ? await scratch.open() : await openAdapter(project.config, invocation);
		const builds = (request.origin ?? request.command) !== "test";
		const say = (text: string): void => {
			if (invocation.output.verbosity >= 0) events({ event: "message", text, node_id: null, print: true });
		};
		const fresh = request.compiles === false || request.flags?.fullRefresh === true;
		const about = { selected: request.selected, builds, adapter, ...(fresh ? {} : { say }) };
		const deferring = offline ? project : await withDeferral(invocation, project, about);
		// Candidates stand where published relations may not.
		const readable =
			request.flags?.candidates === true || offline
				? { selected: request.selected, warnings: [] }
				: await requireInputs(deferring, request.selected, adapter);
		for (const remark of judgeWarnings(readable.warnings, invocation.flags))
			events({ event: "diagnostic", diagnostic: remark }, "warn");
		const opened = await openState({ adapter, project, selected: request.selected, emit: events });
		const { state, remembers } = opened;
		await recordUnrecorded({ targetDir: project.config.targetDir, adapter, state });
		const ports = createRunPorts({
			invocation,
			project: deferring,
			adapter: opened.adapter,
			state,
			emit: events,
			openScratch: scratch.open,
			selected: request.selected,
		});
		tellNativeTests({
			plan: ports.nativeTests,
			...{ adapter, manifest: project.manifest, selected: request.selected, emit: events },
			asked: invocation.flags.extra.native === true,
		});
		const refined: Refined = (await request.refine?.({ adapter, state })) ?? request;
		const selected =
			readable === null ? refined.selected : new Set([...refined.selected].filter((id) => readable.selected.has(id)));
		if (selected.size === 0 && request.selected.size > 0) {
			invocation.stdout.write(`${request.nothingLeft ?? "nothing to do"}\n`);
			await manifestFile.finish(null);
			return 0;
		}
		if (isRetried(project, request))
			noteBegun(invocation, project, {
				command: request.origin ?? request.command,
				gates: request.flags?.gates ?? invocation.flags.gates,
				selected: [...selected],
			});
		const checkout = await checkedOut;
		const { history, ...job } = jobOf(invocation, deferring, { ...request, ...refined, selected, checkout }, adapter);
		const keeps = remembers && history !== undefined ? { history } : {};
		begun = true;
		const done = await executeRun({ ...job, ...keeps }, ports);
		const run = request.compiles === false ? uncompiled(done) : done;
		await sqlFiles.written();
		writeHooks(project, run);
		// A look at what is held changes nothing, so `tfm retry` must still find the run that held it.
		const looksOnly = request.flags?.candidates === true;
		if (looksOnly) {
			await manifestFile.finish(null);
			return run.exitCode;
		}
		const compiles = request.compiles !== false && request.sources === undefined;
		const unread = compiles ? compileUnread({ ...deferring, compiler: ports.compiler }, selected, run) : NONE_UNREAD;
		for (const remark of unread.warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
		for (const { id, sql } of unread.compiled) writeCompiled(project, id, sql);
		await manifestFile.finish([...doneBy(run), ...unread.compiled], deferring.facts.deferral);
		if (request.sources !== undefined) {
			const { path, print } = request.sources;
			const text = writeSources(invocation, project, run, path);
			if (print) invocation.stdout.write(`${text}\n`);
			return run.exitCode;
		}
		writeRunResults(invocation, project, run);
		const layered = project.config.project.layering !== null;
		const command = request.origin ?? request.command;
		// Tests alone judge what is published; in a layered project what `tfm retry` takes up is still the last run.
		if (!layered || command !== "test")
			writeRunNotes(
				invocation,
				project,
				{
					command,
					gates: request.flags?.gates ?? invocation.flags.gates,
					...(layered ? { results: run.results.map((r) => ({ id: r.unique_id, status: r.status })) } : {}),
				},
				request.takesUp,
			);
		return run.exitCode;
	} catch (error) {
		broken = error;
		throw begun && isOfFiles(error) ? new LateFailure(error) : error;
	} finally {
		removeBegun(project.config.targetDir, project.runId);
		await manifestFile.end();
		const outcome = { adapter: offline ? undefined : adapter, emit: events, error: broken };
		for (const watcher of watchers) await watcher.finish(outcome);
		events.close();
		if (!offline) await adapter?.close();
		await scratch.close();
	}
}

const isOfFiles = (error: unknown): boolean => error instanceof Error && "syscall" in error;

/** Whether `tfm retry` would take the run up: in a layered project tests alone leave that to the last run before them. */
const isRetried = ({ config }: OpenProject, { origin, command, flags, sources }: RunRequest): boolean =>
	sources === undefined &&
	flags?.candidates !== true &&
	flags?.offline !== true &&
	(config.project.layering === null || (origin ?? command) !== "test");

/** The run as dbt tells of clones: nothing is compiled, and a seed is a seed. */
const uncompiled = (run: RunResult): RunResult => ({
	...run,
	results: run.results.map((result) => ({
		...result,
		resource_type: result.unique_id.startsWith("seed.") ? "seed" : result.resource_type,
		compiled: false,
		compiled_code: null,
		executed_code: null,
	})),
});
