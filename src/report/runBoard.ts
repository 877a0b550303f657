import type { RunEvent, Usual } from "../core/events.ts";
import type { NodeId, ResourceType } from "../core/node.ts";
import type { HeldReason, NodeResult } from "../core/result.ts";

type Started = Extract<RunEvent, { event: "run.started" }>;
type LayerFinished = Extract<RunEvent, { event: "layer.finished" }>;

/** Where a layer stands. Counts go up while it runs; `finished` has the final ones. */
export interface LayerState {
	readonly name: string;
	nodes: number;
	tests: number;
	started: Date | null;
	nodesDone: number;
	testsDone: number;
	skipped: number;
	gate: "open" | "warned" | "closed";
	finished: LayerFinished | null;
}

export interface RunningNode {
	readonly id: NodeId;
	readonly name: string;
	readonly resource_type: ResourceType;
	readonly layer: string | null;
	readonly since: Date;
}

export interface Outcome {
	readonly id: NodeId;
	readonly name: string;
	readonly layer: string | null;
	readonly result: NodeResult;
}

/** Everything the display knows, as the events so far tell it. `apply` is the only thing that changes it. */
export interface RunBoard {
	readonly started: Started | null;
	/** In the order of the project; one nameless layer where there are none. */
	readonly layers: ReadonlyMap<string, LayerState>;
	readonly running: ReadonlyMap<NodeId, RunningNode>;
	/** By node id, as `run.started`-ordered events told it: what a node is built as. */
	readonly materialized: ReadonlyMap<NodeId, string>;
	readonly outcomes: readonly Outcome[];
	readonly held: ReadonlyMap<NodeId, HeldReason>;
	/** Built and tested, but the publish was refused for a reason of their own. */
	readonly refused: readonly Outcome[];
	readonly broken: readonly Extract<RunEvent, { event: "publish.failed" | "hook.finished" }>[];
	readonly totals: { readonly ok: number; readonly failed: number; readonly warned: number; readonly skipped: number };
	/** What earlier runs let expect, by node id; empty where nothing is known. */
	readonly usual: Readonly<Record<string, Usual>>;
	/** Milliseconds. */
	readonly expected: number | null;
	apply(event: RunEvent): void;
}

const NO_LAYER = "";

export const isFailure = (result: NodeResult): boolean =>
	result.status === "error" ||
	result.status === "fail" ||
	result.status === "runtime error" ||
	result.status === "partial success";

export const isTest = (type: ResourceType): boolean => type === "test" || type === "unit_test";

export function createBoard(): RunBoard {
	return new Board();
}

class Board implements RunBoard {
	started: Started | null = null;
	readonly layers = new Map<string, LayerState>();
	readonly running = new Map<NodeId, RunningNode>();
	readonly materialized = new Map<NodeId, string>();
	readonly outcomes: Outcome[] = [];
	readonly held = new Map<NodeId, HeldReason>();
	readonly refused: Outcome[] = [];
	readonly broken: Extract<RunEvent, { event: "publish.failed" | "hook.finished" }>[] = [];
	readonly totals = { ok: 0, failed: 0, warned: 0, skipped: 0 };
	usual: Readonly<Record<string, Usual>> = {};
	expected: number | null = null;
	/** A load may be told of twice, as a load and as a node; it counts once. */
	readonly #done = new Set<NodeId>();

	apply(event: RunEvent): void {
		switch (event.event) {
			case "run.started":
				this.#begin(event);
				return;
			case "run.expected":
				this.usual = event.usual;
				this.expected = event.duration_ms;
				return;
			case "layer.started":
				Object.assign(this.#layer(event.layer), {
					nodes: event.nodes,
					tests: event.tests,
					started: new Date(event.ts),
				});
				return;
			case "node.started":
				this.materialized.set(event.node_id, event.materialized);
				this.running.set(event.node_id, {
					id: event.node_id,
					name: event.name,
					resource_type: event.resource_type,
					layer: event.layer,
					since: new Date(event.ts),
				});
				return;
			case "node.finished":
			case "test.finished":
				this.#finish(event);
				return;
			case "load.finished":
				this.running.delete(event.node_id);
				if (!this.#done.has(event.node_id)) {
					this.#done.add(event.node_id);
					this.#layer(event.layer).nodesDone++;
					this.totals.ok++;
				}
				return;
			case "gate.closed":
				this.#layer(event.layer).gate = "closed";
				return;
			case "gate.warned":
				this.#layer(event.layer).gate = "warned";
				return;
			case "layer.finished":
				this.#layer(event.layer).finished = event;
				return;
			case "node.held":
				this.held.set(event.node_id, event.reason);
				this.#refuse(event.node_id, event.reason);
				return;
			case "publish.failed":
				this.broken.push(event);
				return;
			case "hook.finished":
				if (event.status === "error") this.broken.push(event);
				return;
			default:
				return;
		}
	}

	#begin(event: Started): void {
		this.started = event;
		for (const { layer, nodes, tests } of event.perLayer) Object.assign(this.#layer(layer), { nodes, tests });
		if (event.layers !== null) return;
		const whole = this.#layer(NO_LAYER);
		for (const [type, n] of Object.entries(event.counts)) {
			if (isTest(type as ResourceType)) whole.tests += n;
			else whole.nodes += n;
		}
		whole.started = new Date(event.ts);
	}

	#finish(event: Extract<RunEvent, { event: "node.finished" | "test.finished" }>): void {
		const { node_id: id, name, layer, result } = event;
		this.running.delete(id);
		if (result.held !== null) this.held.set(id, result.held);
		this.outcomes.push({ id, name, layer, result });
		if (isFailure(result)) this.totals.failed++;
		else if (result.status === "warn") this.totals.warned++;
		else if (result.status === "skipped") this.totals.skipped++;
		else if (!this.#done.has(id)) this.totals.ok++;
		const state = this.#layer(layer);
		if (isTest(result.resource_type)) state.testsDone++;
		else if (result.status === "skipped") state.skipped++;
		else if (!this.#done.has(id)) state.nodesDone++;
		this.#done.add(id);
	}

	/** The outcome was told when the node was built; the publisher's word comes later. */
	#refuse(id: NodeId, reason: HeldReason): void {
		if (reason.kind !== "publish" || reason.diagnostic === undefined) return;
		const built = this.outcomes.find((outcome) => outcome.id === id);
		if (built === undefined) return;
		const result = { ...built.result, status: "skipped", held: reason, diagnostic: reason.diagnostic } as const;
		this.refused.push({ ...built, result });
	}

	#layer(name: string | null): LayerState {
		// Without layers there is one nameless line, whatever folder a node stands in.
		const key = this.started?.layers === null ? NO_LAYER : (name ?? NO_LAYER);
		let state = this.layers.get(key);
		if (state === undefined) {
			state = {
				name: key,
				nodes: 0,
				tests: 0,
				started: null,
				nodesDone: 0,
				testsDone: 0,
				skipped: 0,
				gate: "open",
				finished: null,
			};
			this.layers.set(key, state);
		}
		return state;
	}
}
