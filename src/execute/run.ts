/** What the parts of one run share. Everything that changes while it runs is here and nowhere else. */
import type { Candidate, CandidateKind } from "../core/adapter.ts";
import type { Binding } from "../core/compiler.ts";
import type { Layer } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { FreshnessReading } from "../core/freshness.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { outlinesOf } from "../core/nodeOutline.ts";
import type { BuildableNode, BuildInput } from "../core/plan.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import { readDuration } from "../core/readDuration.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { NodeResult } from "../core/result.ts";
import type { BuildFacts, CandidateRow, ProjectTarget } from "../core/state.ts";
import { storedName } from "../core/storedName.ts";
import { pointerOf } from "../core/versionPointer.ts";
import { type Builds, createBuilds } from "./builds.ts";
import { createFailFast, type FailFast } from "./failFast.ts";
import type { Identities } from "./identities.ts";
import { createIdentities } from "./identities.ts";
import { checkInPlace } from "./inPlace.ts";
import { nameProblem } from "./nameProblem.ts";
import { createToPublished, type ToPublished } from "./publishedText.ts";
import { buildRunGraph, type RunGraph } from "./runGraph.ts";
import { type SharedScan, sharedScans } from "./sharedScans.ts";
import type { Task } from "./task.ts";
import { createTestMemory, type TestMemory } from "./testMemory.ts";

/** Where a task stands. Only `done` lets its readers go on. */
export type TaskState =
	| { readonly kind: "done" }
	/** Failed, skipped or held; `root` is what readers name as the reason. */
	| { readonly kind: "out"; readonly root: NodeId }
	/** Failed with `on_error: continue`: readers go on with what is published. */
	| { readonly kind: "forgiven" };

/** A candidate that stands and waits for its gate. */
export interface Standing {
	readonly candidate: Candidate;
	readonly codeHash: string;
	readonly inputsHash: string;
	/** The run that built it. */
	readonly builtBy: string;
	/** Content hash, for seeds. */
	readonly seedHash: string | null;
	/** What it was made of; absent where nobody can say: rows that an earlier run left. */
	readonly build?: BuildFacts;
	/** The last batch of a microbatch model, with which its post-hooks run; `failed`: they do not. */
	readonly lastBatch?: { readonly batch: Batch; readonly failed: boolean };
}

export type StopReason =
	| { readonly kind: "cancelled" }
	| { readonly kind: "fail_fast" }
	| { readonly kind: "connection" };

export interface Run {
	readonly job: RunJob;
	readonly ports: RunPorts;
	readonly graph: RunGraph;
	/** True: candidates wait for their layer's gate. False: each node is published right after its build. */
	readonly gated: boolean;
	/** Aborted by the user or by fail-fast. */
	readonly signal: AbortSignal;
	readonly toPublished: ToPublished;
	readonly results: Map<NodeId, NodeResult>;
	readonly states: Map<NodeId, TaskState>;
	/** By node; what `ref()` of this run's unpublished nodes means. */
	readonly standing: Map<NodeId, Standing>;
	/** Candidates of an earlier run that may serve again. */
	readonly reusable: Map<NodeId, CandidateRow>;
	/** Tests whose failure was turned into a warning by their layer's gate. */
	readonly softened: Set<NodeId>;
	readonly seedHashes: Map<NodeId, string>;
	/** Seeds whose table exists. */
	readonly seedsThere: Set<NodeId>;
	readonly identities: Identities;
	readonly builds: Builds;
	/** Tests that found nothing: what they looked at, and what each had passed over before this run. */
	readonly passedTests: { readonly before: Map<NodeId, string>; readonly now: Map<NodeId, string> };
	/** What tests found nothing in, now and before: over an incremental model they may read only the new rows. */
	readonly testMemory: TestMemory;
	/** What tasks usually take, milliseconds, as far as the history knows. */
	readonly usual: Map<NodeId, number>;
	/** By test: those that are counted by one statement. */
	readonly scans: ReadonlyMap<NodeId, SharedScan>;
	/** Generations of this run's layers, where they are kept: what each node's present relation is. */
	readonly generations: Map<NodeId, { readonly generation: string; readonly kind: CandidateKind }>;
	/** Relations made for unit tests on the embedded database; `tried`: what was tried in vain, null where one is there. */
	readonly staged: Map<NodeId, { readonly tried: readonly string[] | null }>;
	/** Ages by the catalog: the first source that asks has asked for all; null in the end where that failed, so that each asks for itself. */
	readonly changeTimes: { asked: Promise<ReadonlyMap<NodeId, FreshnessReading> | null> | null };
	/** `carrying`: relations with native tests by earlier runs; `counted`: by node, what the warehouse counted for its tests. */
	readonly nativeTests: {
		carrying: Promise<ReadonlySet<string>> | null;
		readonly counted: Map<NodeId, Promise<ReadonlyMap<NodeId, number>>>;
	};
	/** Targets, by relationKey, that had nothing to take over as the run began; nodes that were built knowing that. */
	readonly bareTargets: Set<string>;
	readonly undressed: Set<NodeId>;
	readonly counts: {
		retried: number;
		/** Nodes that one after the other failed because the database could not be reached. */
		unreachable: number;
	};
	/** By node: when its `timeout` is over, and how long that is, milliseconds. */
	readonly deadlines: Map<NodeId, { readonly at: number; readonly limitMs: number }>;
	/** Null without --fail-fast. */
	readonly failFast: FailFast | null;
	readonly stopReason: () => StopReason | null;
	/** Stops everything that is under way; the first reason stays. */
	readonly stop: (reason: StopReason) => void;
	/** Forgets the caller's signal. */
	readonly dispose: () => void;
}

/** Whose run it is, for what is written down of it. */
export const projectTargetOf = ({ manifest, about }: Pick<RunJob, "manifest" | "about">): ProjectTarget => ({
	project: manifest.projectName,
	target: about.target,
	schema: about.schema,
});

/** The published relation of a node. */
export const targetOf = ({ ports }: Pick<Run, "ports">, node: BuildableNode): RelationName =>
	storedName(node, ports.adapter.dialect);

/** All that a node writes: its relation, and the pointer at the latest version beside it; nothing where it cannot be built under its name. */
export const targetsOf = (run: Pick<Run, "ports">, node: BuildableNode): readonly RelationName[] => {
	if (nameProblem(node, run.ports.adapter.dialect) !== null) return [];
	const pointer = pointerOf(node, run.ports.adapter.dialect);
	return pointer === null ? [targetOf(run, node)] : [targetOf(run, node), pointer];
};

/** Where the pointer at a model's latest version is built and published; null where it has none. */
export function pointerPlaces({ ports, job }: Pick<Run, "ports" | "job">, node: BuildableNode): BuildInput["pointer"] {
	const target = pointerOf(node, ports.adapter.dialect);
	const { projectName } = job.manifest;
	return target === null ? null : { target, standsAt: ports.adapter.publisher.candidateOf(projectName, target) };
}

export const buildTasks = (graph: RunGraph): readonly Extract<Task, { kind: "build" }>[] =>
	[...graph.tasks.values()].filter((task) => task.kind === "build");

export const layerOf = (run: Run, id: NodeId): string | null => findNode(run.job.manifest, id)?.layer ?? null;

export const layerNamed = (run: Run, name: string | null): Layer | undefined =>
	run.job.layering?.layers.find((layer) => layer.name === name);

/** References of a node rendered now: candidates that stand, else published relations. */
export const bindingOf = (run: Run, self: RelationName | null = null, batch?: Batch): Binding => ({
	relationOf: (id) => run.standing.get(id)?.candidate.candidate,
	...(self === null ? {} : { self }),
	...(batch === undefined ? {} : { batch }),
});

/** Where candidates stand apart one name per schema is enough to know the shadow schema's; beside their targets all are needed. */
function candidateMoves(job: RunJob, ports: RunPorts): readonly { candidate: RelationName; target: RelationName }[] {
	const moves = new Map<string, { candidate: RelationName; target: RelationName }>();
	for (const outline of outlinesOf(job.manifest.nodes)) {
		const { unique_id: id, resource_type: type } = outline;
		// Neither a test is read nor, where one name is enough, another node of the same schema.
		if (type !== "model" && type !== "seed" && type !== "snapshot") continue;
		const schema = `${outline.database}\0${outline.schema}`;
		if (moves.has(schema)) continue;
		const node = job.manifest.nodes.get(id);
		if (node?.resource_type !== "model" && node?.resource_type !== "seed" && node?.resource_type !== "snapshot")
			continue;
		for (const target of targetsOf({ ports }, node)) {
			const candidate = ports.adapter.publisher.candidateOf(job.manifest.projectName, target);
			moves.set(candidate.schema === target.schema ? relationKey(target) : schema, { candidate, target });
		}
	}
	return [...moves.values()];
}

/** The configs of nodes that the run itself reads; a slip must not mean "no limit" (TFM-RUN-023). */
function checkConfigs(graph: RunGraph): void {
	const wrong: Diagnostic[] = [];
	for (const task of graph.tasks.values()) {
		if (task.kind !== "build" && task.kind !== "test") continue;
		const { name, config } = task.node;
		const say = (key: string, expected: string): void => {
			const facts = { node: name, key, value: JSON.stringify(config[key]), expected };
			wrong.push(diagnostic("TFM-RUN-023", facts, { at: task.node.location }));
		};
		const { retries } = config;
		for (const key of ["statement_timeout", "timeout"])
			if (config[key] != null && readDuration(String(config[key])) === undefined)
				say(key, "a time such as 90s, 5m or 1h");
		if (retries != null && !(Number.isInteger(retries) && Number(retries) >= 0))
			say("retries", "a whole number from 0");
	}
	if (wrong.length > 0) throw new TfmError(wrong);
}

/** Rows that are to be kept are counted where they are kept. */
const sharesScans = ({ flags }: RunJob): boolean => flags.sharedScans && flags.storeFailures !== true;

export function createRun(job: RunJob, ports: RunPorts): Run {
	const wantsGates = job.layering !== null && job.flags.gates;
	const graph = buildRunGraph({
		manifest: job.manifest,
		selected: job.selected,
		layering: job.layering,
		testsBlock: job.flags.testsBlock && !wantsGates,
		freshness: job.flags.freshness ? "selected" : wantsGates ? "inputs" : "none",
	});
	checkConfigs(graph);
	checkInPlace(job, graph, ports.compiler);
	// Tests alone (`tfm test`) judge what is published: there is nothing to hold back.
	const gated = wantsGates && [...graph.tasks.values()].some((task) => task.kind === "build" || task.kind === "load");
	const abort = new AbortController();
	let reason: StopReason | null = null;
	const stop = (why: StopReason): void => {
		if (reason !== null) return;
		reason = why;
		abort.abort(ports.signal.aborted ? ports.signal.reason : new Error(why.kind));
	};
	const cancelled = (): void => {
		if (reason === null) ports.emit({ event: "cancelling", signal: String(ports.signal.reason ?? "abort") }, "warn");
		stop({ kind: "cancelled" });
	};
	if (ports.signal.aborted) cancelled();
	else ports.signal.addEventListener("abort", cancelled, { once: true });

	const standing = new Map<NodeId, Standing>();
	const identities = createIdentities(job, ports, standing);
	return {
		job,
		ports,
		graph,
		gated,
		signal: abort.signal,
		toPublished: createToPublished(candidateMoves(job, ports)),
		results: new Map(),
		states: new Map(),
		standing,
		reusable: new Map(),
		softened: new Set(),
		seedHashes: new Map(),
		seedsThere: new Set(),
		identities,
		builds: createBuilds(job, ports, identities.ledgerOf),
		passedTests: { before: new Map(), now: new Map() },
		testMemory: createTestMemory((id) => job.manifest.nodes.get(id)?.config.materialized === "incremental"),
		changeTimes: { asked: null },
		nativeTests: { carrying: null, counted: new Map() },
		bareTargets: new Set(),
		undressed: new Set(),
		usual: new Map(),
		scans: sharesScans(job)
			? sharedScans(graph.tasks, graph.stages, (id) => job.manifest.parents.get(id) ?? [])
			: new Map(),
		generations: new Map(),
		staged: new Map(),
		counts: { retried: 0, unreachable: 0 },
		deadlines: new Map(),
		failFast: job.flags.failFast ? createFailFast(graph, job) : null,
		stopReason: () => reason,
		stop,
		dispose: () => ports.signal.removeEventListener("abort", cancelled),
	};
}
