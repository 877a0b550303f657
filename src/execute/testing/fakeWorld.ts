import type { NodeId } from "../../core/node.ts";
import type { CandidateRow, GateFailureRow, GenerationRow, HeldRow, PublishedRow, StoodRow } from "../../core/state.ts";

/** What lasts from one run to the next. */
export interface Warehouse {
	readonly candidates: Map<NodeId, { readonly runId: string; readonly kind: "table" | "view" }>;
	readonly published: Map<NodeId, string>;
	readonly candidateRows: Map<NodeId, CandidateRow>;
	readonly publishedRows: Map<NodeId, PublishedRow>;
	readonly seedHashes: Map<NodeId, string>;
	/** Status by run; "running" until it ends. */
	readonly runs: Map<string, string>;
	/** Run by `schema.relation`. */
	readonly leases: Map<string, string>;
	/** Runs that have a session, besides the one that works. */
	readonly living: Set<string>;
	readonly gateFailures: GateFailureRow[];
	readonly held: HeldRow[];
	readonly generations: Map<string, GenerationRow>;
	readonly stood: StoodRow[];
	/** Everything that was done, in order, committed or not. */
	readonly log: string[];
}

export const createWarehouse = (): Warehouse => ({
	candidates: new Map(),
	published: new Map(),
	candidateRows: new Map(),
	publishedRows: new Map(),
	seedHashes: new Map(),
	runs: new Map(),
	leases: new Map(),
	living: new Set(),
	gateFailures: [],
	held: [],
	generations: new Map(),
	stood: [],
	log: [],
});
