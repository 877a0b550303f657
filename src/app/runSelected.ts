import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCompiler } from "../compile/compiler.ts";
import type { Adapter } from "../core/adapter.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { RunEvent } from "../core/events.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId, OperationNode } from "../core/node.ts";
import type { RunFlags, RunJob, RunPorts } from "../core/ports.ts";
import { TFM_VERSION } from "../core/version.ts";
import { executeRun } from "../execute/executeRun.ts";
import { createStateStore } from "../history/stateStore.ts";
import { createLandingLoader } from "../load/landingLoader.ts";
import { createSeedPort } from "../load/seedPort.ts";
import { describeCandidate } from "../plan/describeCandidate.ts";
import { planNode } from "../plan/planNode.ts";
import { judgeTest } from "../quality/judgeTest.ts";
import { type Subscriber, toSummaryJson } from "../report/report.ts";
import { compiledBy, sqlWriter, writeManifest, writeRunNotes, writeRunResults } from "./artifacts.ts";
import { openEvents } from "./commandEvents.ts";
import { openAdapter } from "./openAdapter.ts";
import type { OpenProject } from "./openProject.ts";
import { requireInputs } from "./requireInputs.ts";

export interface RunRequest {
	readonly command: string;
	/** `retry`: the command that it repeats. */
	readonly origin?: string;
	readonly selected: ReadonlySet<NodeId>;
	/** Remarks of the selection. */
	readonly warnings: readonly Diagnostic[];
	readonly flags?: Partial<RunFlags>;
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
	writeManifest(invocation, project);
	const summary = summaryDocument(invocation);
	const events = openEvents(invocation, project, [sqlWriter(project), summary]);
	for (const remark of request.warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	let adapter: Adapter | undefined;
	try {
		adapter = await openAdapter(project.config, invocation);
		// Candidates stand where published relations may not.
		if (request.flags?.candidates !== true) await requireInputs(project, request.selected, adapter);
		const state = await createStateStore();
		const { manifest, engine, config } = project;
		const ports: RunPorts = {
			adapter,
			compiler: createCompiler({ ...project.facts, manifest }),
			state,
			planNode,
			describeCandidate,
			judgeTest,
			loadSource: createLandingLoader({
				root: config.project.root,
				dialect: engine.dialect,
				state,
				clock: invocation.clock,
			}),
			seed: createSeedPort(engine.dialect),
			emit: events,
			clock: invocation.clock,
			sleep: (ms, signal) => sleep(ms, undefined, { signal }),
			signal: invocation.signal,
		};
		const run = await executeRun(jobOf(invocation, project, request, adapter), ports);
		// A look at what is held changes nothing, so `tfm retry` must still find the run that held it.
		if (request.flags?.candidates === true) return run.exitCode;
		writeManifest(invocation, project, compiledBy(run));
		writeRunResults(invocation, project, run);
		writeRunNotes(invocation, project, {
			command: request.origin ?? request.command,
			gates: request.flags?.gates ?? invocation.flags.gates,
		});
		return run.exitCode;
	} finally {
		events.close();
		await adapter?.close();
	}
}

function jobOf(invocation: Invocation, project: OpenProject, request: RunRequest, adapter: Adapter): RunJob {
	const { flags } = invocation;
	const { config, manifest } = project;
	return {
		command: request.command,
		runId: project.runId,
		manifest,
		selected: request.selected,
		layering: config.project.layering,
		hooks: { start: operations(project, "on-run-start"), end: operations(project, "on-run-end") },
		about: { target: config.target.targetName, engine: adapter.facts.version, version: TFM_VERSION },
		host: { name: invocation.host.name, pid: invocation.host.pid },
		targetPath: relative(config.project.root, config.targetDir),
		flags: {
			fullRefresh: flags.fullRefresh,
			failFast: flags.failFast,
			gates: flags.gates,
			threads: config.target.threads,
			lockTimeoutMs: flags.lockTimeoutMs,
			statementTimeoutMs: flags.statementTimeoutMs ?? null,
			storeFailures: flags.storeFailures ?? null,
			showRows: flags.showRows,
			warnError: flags.warnError,
			reuse: false,
			testsBlock: false,
			candidates: false,
			...request.flags,
		},
	};
}

/** Hooks of the whole run: the root project's first, then packages', each in its written order. */
function operations(project: OpenProject, kind: "on-run-start" | "on-run-end"): OperationNode[] {
	const root = project.manifest.projectName;
	return [...project.manifest.nodes.values()]
		.filter((node): node is OperationNode => node.resource_type === "operation" && node.tags.includes(kind))
		.sort(
			(a, b) =>
				Number(b.package_name === root) - Number(a.package_name === root) ||
				(a.package_name < b.package_name ? -1 : a.package_name > b.package_name ? 1 : a.index - b.index),
		);
}

/** `--output json`: one document about the run on stdout, after everything else. */
function summaryDocument(invocation: Invocation): Subscriber {
	return {
		receive(event: RunEvent) {
			if (event.event === "run.finished" && invocation.flags.extra.output === "json")
				invocation.stdout.write(`${toSummaryJson(event.run, event.summary)}\n`);
		},
	};
}
