import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCompiler } from "../compile/compiler.ts";
import type { Adapter } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { Emit, RunEvent } from "../core/events.ts";
import type { Invocation } from "../core/invocation.ts";
import type { NodeId, OperationNode, Plain } from "../core/node.ts";
import type { MicrobatchJob, RunFlags, RunJob, RunPorts } from "../core/ports.ts";
import type { Checkout, StateStore } from "../core/state.ts";
import { TFM_VERSION } from "../core/version.ts";
import { failsWarnedTests, remarkRuling, templateRulings } from "../core/warningPolicy.ts";
import { createFetcher } from "../load/fetchFiles.ts";
import { createLandingLoader } from "../load/landingLoader.ts";
import { landingWatermark } from "../load/landingWatermark.ts";
import { createSeedPort } from "../load/seedPort.ts";
import { describeCandidate } from "../plan/describeCandidate.ts";
import { planNode } from "../plan/planNode.ts";
import { judgeFreshness } from "../quality/judgeFreshness.ts";
import { judgeTest } from "../quality/judgeTest.ts";
import { judgeUnitTest } from "../quality/judgeUnitTest.ts";
import { type Subscriber, toSummaryJson } from "../report/report.ts";
import { sqlWithoutComments } from "../sql/sqlWithoutComments.ts";
import { unsteadySql } from "../sql/unsteadySql.ts";
import { buildSurroundings } from "./buildSurroundings.ts";
import { notebookIn } from "./environments/placeProject.ts";
import { historySettings } from "./historySettings.ts";
import { loadWindow } from "./loadWindow.ts";
import { planNativeTests } from "./nativeTests.ts";
import type { OpenProject } from "./openProject.ts";
import { createQueryComment } from "./queryComment.ts";
import { runTrigger } from "./runTrigger.ts";
import { keepUnrecorded } from "./unrecordedRuns.ts";

/** What a run needs of the other rooms, over an open database. */
export function createRunPorts(about: {
	readonly invocation: Invocation;
	readonly project: OpenProject;
	readonly adapter: Adapter;
	readonly state: StateStore;
	readonly emit: Emit;
	/** For `selected_resources`; absent: empty. */
	readonly selected?: ReadonlySet<NodeId>;
	/** Absent: what runs has no unit tests in it. */
	readonly openScratch?: RunPorts["openScratch"];
}): RunPorts {
	const { invocation, project, adapter, state, emit, openScratch } = about;
	const { manifest, engine, config, facts } = project;
	const { root } = config.project;
	const window = loadWindow(invocation);
	const asked = { ...facts.invocation, selected: [...(about.selected ?? [])].sort() };
	const compiler = createCompiler({ ...facts, invocation: asked, manifest });
	const commentOf = createQueryComment(config.project.queryComment, { manifest, compiler });
	return {
		adapter,
		compiler,
		...(commentOf === null ? {} : { commentOf }),
		state,
		planNode,
		describeCandidate,
		judgeTest,
		judgeUnitTest,
		judgeFreshness,
		openScratch: openScratch ?? (() => Promise.reject(new Error("this command runs no unit tests"))),
		// Only a unit test whose input no database can make asks: the analysis is loaded then.
		inferColumns: async (id) =>
			(await import("./columnLineage/analyzeProject.ts")).inferColumns(invocation, project, id),
		personalColumns: async (test) =>
			(await import("./columnLineage/personalColumns.ts")).personalColumns(invocation, project, test),
		fetchSource: createFetcher({
			root,
			env: invocation.env,
			window,
			watermark: async (source) =>
				invocation.flags.fullRefresh
					? null
					: adapter.withSession((session) => landingWatermark(session, engine.dialect, source)),
			log: (text, source) => emit({ event: "message", text, node_id: source.unique_id, print: false }),
		}),
		loadSource: createLandingLoader({ root, dialect: engine.dialect, state, clock: invocation.clock, window }),
		// An isolated environment is a draft: nothing of it is watched.
		nativeTests:
			project.environment === undefined
				? planNativeTests({
						manifest,
						project: config.project,
						dialect: engine.dialect,
						compiler,
						// An engine without any is only told of: what else asks for them is not read.
						...(adapter.nativeTests === undefined ? { among: asked.selected } : {}),
					})
				: null,
		seed: createSeedPort(engine.dialect, { empty: invocation.flags.empty }),
		unsteadyQuery: unsteadySql,
		queryAsRead: sqlWithoutComments,
		surroundingsOf: buildSurroundings(project),
		emit,
		leaveUnrecorded: (ended) => keepUnrecorded(config.targetDir, ended),
		clock: invocation.clock,
		sleep: (ms, signal) => sleep(ms, undefined, { signal }),
		signal: invocation.signal,
	};
}

export interface JobRequest {
	readonly command: string;
	readonly selected: ReadonlySet<NodeId>;
	readonly flags?: Partial<RunFlags>;
	/** `retry`: what its run asked for and did. */
	readonly microbatch?: Partial<MicrobatchJob>;
	readonly overloadsDone?: RunJob["overloadsDone"];
	readonly hooks?: boolean;
	readonly settled?: RunJob["settled"];
	readonly checkout?: Checkout | null;
}

export function jobOf(invocation: Invocation, project: OpenProject, request: JobRequest, adapter: Adapter): RunJob {
	const { flags } = invocation;
	const { config, manifest } = project;
	const history = historySettings(config.project);
	// Hooks are written for the target.
	const offline = request.flags?.offline === true;
	return {
		command: request.command,
		runId: project.runId,
		// Runs in an environment keep their notes apart (ADR 0050).
		manifest:
			project.environment === undefined
				? manifest
				: { ...manifest, projectName: notebookIn(project, project.environment.name) },
		selected: request.selected,
		layering: config.project.layering,
		hooks:
			request.hooks === false || offline
				? { start: [], end: [] }
				: { start: operations(project, "on-run-start"), end: operations(project, "on-run-end") },
		...(request.settled === undefined ? {} : { settled: request.settled }),
		...(request.overloadsDone === undefined ? {} : { overloadsDone: request.overloadsDone }),
		about: {
			target: config.target.targetName,
			schema: config.target.schema,
			engine: adapter.facts.version,
			version: TFM_VERSION,
		},
		host: { name: invocation.host.name, pid: invocation.host.pid },
		origin: {
			args: invocation.commandLine,
			trigger: runTrigger(config.env ?? invocation.env),
			checkout: request.checkout ?? null,
		},
		quoting: { ...project.engine.dialect.defaultQuoting, ...config.project.quoting },
		targetPath: relative(config.project.root, config.targetDir),
		...(project.facts.deferral === undefined ? {} : { deferral: project.facts.deferral }),
		...(history === undefined ? {} : { history }),
		flags: {
			fullRefresh: flags.fullRefresh,
			failFast: flags.failFast,
			gates: flags.gates,
			threads: config.target.threads,
			lockTimeoutMs: flags.lockTimeoutMs,
			statementTimeoutMs: flags.statementTimeoutMs ?? null,
			connectionFailureLimit: connectionFailureLimit(config.project.flags.connection_failure_limit),
			storeFailures: flags.storeFailures ?? null,
			sharedScans: sharedScans(config.project.flags.shared_test_scans) && flags.extra.native !== true,
			native: flags.extra.native === true,
			showRows: flags.showRows,
			wholeRows: flags.wholeRows === true,
			warnError: failsWarnedTests(flags),
			templateRulings: templateRulings(flags),
			strayTypes: remarkRuling("TFM-LOAD-036", flags),
			reuse: false,
			changed: flags.extra.changed === true && flags.extra.force !== true && !flags.fullRefresh,
			testsBlock: false,
			candidates: false,
			offline: false,
			freshness: false,
			...request.flags,
		},
		microbatch: {
			asked: project.facts.invocation.sample ?? flags.eventTime ?? null,
			now: project.startedAt,
			unfinished: new Map(),
			batchOwnStrategies: config.project.flags.require_batched_execution_for_custom_microbatch_strategy !== false,
			...request.microbatch,
		},
	};
}

/** `flags: {shared_test_scans: false}` of the project file. */
function sharedScans(written: Plain | undefined): boolean {
	if (written === undefined || written === null) return true;
	if (typeof written === "boolean") return written;
	const facts = {
		node: "the flags of the project file",
		key: "shared_test_scans",
		value: JSON.stringify(written),
		expected: "true or false",
	};
	return fail("TFM-RUN-023", facts);
}

const CONNECTION_FAILURES = 3;

/** `flags: {connection_failure_limit: N}` of the project file. */
function connectionFailureLimit(written: Plain | undefined): number {
	if (written === undefined || written === null) return CONNECTION_FAILURES;
	if (typeof written === "number" && Number.isInteger(written) && written >= 0) return written;
	const facts = {
		node: "the flags of the project file",
		key: "connection_failure_limit",
		value: JSON.stringify(written),
		expected: "a whole number from 0",
	};
	return fail("TFM-RUN-023", facts);
}

/** Hooks of the whole run: the root project's first, then packages', each in its written order. */
function operations(project: OpenProject, kind: "on-run-start" | "on-run-end"): OperationNode[] {
	const root = project.manifest.projectName;
	const { nodes } = project.manifest;
	return [...nodes.keys()]
		.filter((id) => id.startsWith("operation."))
		.map((id) => nodes.get(id)!)
		.filter((node): node is OperationNode => node.resource_type === "operation" && node.tags.includes(kind))
		.sort(
			(a, b) =>
				Number(b.package_name === root) - Number(a.package_name === root) ||
				(a.package_name < b.package_name ? -1 : a.package_name > b.package_name ? 1 : a.index - b.index),
		);
}

/** `--output json`: one document about the run on stdout, after everything else. */
export function summaryDocument(invocation: Invocation): Subscriber {
	return {
		receive(event: RunEvent) {
			if (event.event === "run.finished" && invocation.flags.extra.output === "json")
				invocation.stdout.write(`${toSummaryJson(event.run, event.summary)}\n`);
		},
	};
}
