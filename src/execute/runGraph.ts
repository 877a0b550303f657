/**
 * The part of the project that a run walks: what is selected, and what lies between selected nodes (unselected models
 * and ephemerals), which is passed through so that order and skipping reach across it. Built once, linear, no recursion.
 */
import type { Layer, Layering } from "../core/config.ts";
import { freshnessCriteria } from "../core/freshness.ts";
import { findNode, type Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { createReadyQueue } from "./readyQueue.ts";
import type { Task } from "./task.ts";
import { testEdges } from "./testEdges.ts";

export interface Stage {
	/** Null in an unlayered project. */
	readonly layer: Layer | null;
	/** In topological order. */
	readonly ids: readonly NodeId[];
}

export interface RunGraph {
	/** In topological order, ties by id. */
	readonly tasks: ReadonlyMap<NodeId, Task>;
	/** Direct inputs among the tasks; with `testsBlock` also the tests that a node waits for. */
	readonly dependencies: ReadonlyMap<NodeId, readonly NodeId[]>;
	readonly dependents: ReadonlyMap<NodeId, readonly NodeId[]>;
	/** Stages without any node are left out; one may have nothing but nodes to pass through. */
	readonly stages: readonly Stage[];
}

export interface RunGraphInput {
	readonly manifest: Manifest;
	readonly selected: ReadonlySet<NodeId>;
	readonly layering: Layering | null;
	readonly testsBlock: boolean;
	/** `selected`: selected sources are asked how old they are, and not loaded; `inputs`: so are those that builds read. */
	readonly freshness: "selected" | "inputs" | "none";
}

/** The work that a selected node means, or null where it means none (analyses, sources that others fill). */
function selectedTask({ manifest, freshness }: RunGraphInput, id: NodeId): Task | null {
	const unitTest = manifest.unitTests.get(id);
	if (unitTest !== undefined) return { kind: "unit", id, node: unitTest };
	const source = manifest.sources.get(id);
	if (source !== undefined) {
		if (freshness === "selected") return { kind: "freshness", id, node: source };
		return source.load === null ? null : { kind: "load", id, node: source };
	}
	const noop = manifest.exposures.get(id) ?? manifest.savedQueries.get(id);
	if (noop !== undefined) return { kind: "noop", id, node: noop };
	const node = manifest.nodes.get(id);
	switch (node?.resource_type) {
		case "model":
			return node.config.materialized === "ephemeral" ? { kind: "pass", id } : { kind: "build", id, node };
		case "function":
		case "seed":
		case "snapshot":
			return { kind: "build", id, node };
		case "test":
			return { kind: "test", id, node };
		default:
			return null;
	}
}

/** Order and skipping reach across nodes and, on the way to a saved query, across metrics and semantic models. */
const leadsOn = ({ nodes, metrics, semanticModels }: Manifest, id: NodeId): boolean =>
	nodes.has(id) || metrics.has(id) || semanticModels.has(id);

function reach(from: Iterable<NodeId>, next: ReadonlyMap<NodeId, readonly NodeId[]>): Set<NodeId> {
	const found = new Set<NodeId>(from);
	for (const id of found) for (const other of next.get(id) ?? []) found.add(other);
	return found;
}

/**
 * Sources with thresholds that something built here reads, also through ephemeral models. A source that is loaded is
 * asked after its load.
 */
function agedInputs(manifest: Manifest, tasks: ReadonlyMap<NodeId, Task>): readonly Task[] {
	const read = new Set<NodeId>();
	for (const task of tasks.values())
		if (task.kind === "build") for (const id of manifest.parents.get(task.id) ?? []) read.add(id);
	for (const id of read)
		if (manifest.nodes.get(id)?.config.materialized === "ephemeral")
			for (const parent of manifest.parents.get(id) ?? []) read.add(parent);
	return [...read].flatMap((id): Task | [] => {
		const node = manifest.sources.get(id);
		if (node === undefined || tasks.has(id) || freshnessCriteria(node) === null) return [];
		return { kind: "freshness", id, node };
	});
}

function tasksOf(input: RunGraphInput): Map<NodeId, Task> {
	const { manifest } = input;
	const tasks = new Map<NodeId, Task>();
	for (const id of input.selected) {
		const task = selectedTask(input, id);
		if (task !== null) tasks.set(id, task);
	}
	if (input.freshness === "inputs") for (const task of agedInputs(manifest, tasks)) tasks.set(task.id, task);
	// A source that a test reads takes part even when others fill it: the test's failure must reach what reads the source.
	for (const task of [...tasks.values()])
		if (task.kind === "test")
			for (const id of manifest.parents.get(task.id) ?? [])
				if (manifest.sources.has(id) && !tasks.has(id)) tasks.set(id, { kind: "pass", id });
	const below = reach(tasks.keys(), manifest.children);
	const above = reach(tasks.keys(), manifest.parents);
	for (const id of below)
		if (above.has(id) && !tasks.has(id) && leadsOn(manifest, id)) tasks.set(id, { kind: "pass", id });
	return tasks;
}

type Edges = Map<NodeId, NodeId[]>;

function append(edges: Edges, from: NodeId, to: NodeId): void {
	const list = edges.get(from);
	if (list === undefined) edges.set(from, [to]);
	else list.push(to);
}

interface UnitEdges {
	readonly unit: NodeId;
	readonly model: NodeId;
	readonly inputs: readonly NodeId[];
}

function unitEdges(manifest: Manifest, tasks: ReadonlyMap<NodeId, Task>, dependencies: Edges): readonly UnitEdges[] {
	return [...tasks.values()].flatMap((task): UnitEdges[] => {
		const model = task.kind === "unit" ? task.node.depends_on.nodes[0] : undefined;
		if (model === undefined) return [];
		const known = tasks.has(model) ? (dependencies.get(model) ?? []) : (manifest.parents.get(model) ?? []);
		return [{ unit: task.id, model, inputs: known.filter((id) => tasks.has(id)) }];
	});
}

/** Kahn's algorithm; among ready ids the alphabetically first. A cycle is refused earlier, by the graph room. */
function topologicalOrder(ids: readonly NodeId[], dependencies: Edges, dependents: Edges): NodeId[] {
	const sorted = [...ids].sort();
	const rank = new Map(sorted.map((id, i) => [id, i]));
	const waiting = new Map(sorted.map((id) => [id, dependencies.get(id)?.length ?? 0]));
	const ready = createReadyQueue();
	for (const [id, count] of waiting) if (count === 0) ready.push(rank.get(id)!);
	const order: NodeId[] = [];
	for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
		const id = sorted[next]!;
		order.push(id);
		for (const dependent of dependents.get(id) ?? []) {
			const left = waiting.get(dependent)! - 1;
			waiting.set(dependent, left);
			if (left === 0) ready.push(rank.get(dependent)!);
		}
	}
	if (order.length < sorted.length) throw new Error("the nodes of a run form a cycle");
	return order;
}

/** Each id's stage: its layer's index, and never before anything that it waits for. */
function stageIndexes(order: readonly NodeId[], input: RunGraphInput, dependencies: Edges): Map<NodeId, number> {
	const layers = input.layering?.layers ?? [];
	const indexOf = new Map(layers.map((layer) => [layer.name, layer.index]));
	const layerIndex = (id: NodeId): number => indexOf.get(findNode(input.manifest, id)?.layer ?? "") ?? 0;
	const stages = new Map<NodeId, number>();
	for (const id of order) {
		let stage = layerIndex(id);
		for (const parent of input.manifest.parents.get(id) ?? []) stage = Math.max(stage, layerIndex(parent));
		for (const dependency of dependencies.get(id) ?? []) stage = Math.max(stage, stages.get(dependency)!);
		stages.set(id, stage);
	}
	return stages;
}

const NO_WORK: ReadonlySet<Task["kind"]> = new Set(["pass", "noop"]);

/** False for a stage that only passes through: nothing is said about it. */
export const hasWork = (graph: RunGraph, stage: Stage): boolean =>
	stage.ids.some((id) => !NO_WORK.has(graph.tasks.get(id)?.kind ?? "pass"));

export function buildRunGraph(input: RunGraphInput): RunGraph {
	const unordered = tasksOf(input);
	const dependencies: Edges = new Map();
	const dependents: Edges = new Map();
	const link = (id: NodeId, dependency: NodeId): void => {
		append(dependencies, id, dependency);
		append(dependents, dependency, id);
	};
	// Tests never wait for tests, so the two kinds of edges never say the same thing twice.
	for (const [id, task] of unordered)
		if (task.kind !== "unit")
			for (const parent of new Set(input.manifest.parents.get(id))) if (unordered.has(parent)) link(id, parent);
	if (input.testsBlock)
		for (const { test, blocks } of testEdges(input.manifest, unordered)) for (const id of blocks) link(id, test);
	// A unit test runs right before its model (dbt): it waits for what the model waits for, and the model for it.
	for (const { unit, model, inputs } of unitEdges(input.manifest, unordered, dependencies)) {
		for (const id of inputs) link(unit, id);
		if (unordered.has(model)) link(model, unit);
	}

	const order = topologicalOrder([...unordered.keys()], dependencies, dependents);
	const stageOf = stageIndexes(order, input, dependencies);
	const layers: readonly (Layer | null)[] = input.layering?.layers ?? [null];
	const stages = layers.map((layer) => ({ layer, ids: [] as NodeId[] }));
	for (const id of order) stages[stageOf.get(id)!]!.ids.push(id);
	return {
		tasks: new Map(order.map((id) => [id, unordered.get(id)!])),
		dependencies,
		dependents,
		stages: stages.filter((stage) => stage.ids.length > 0),
	};
}
