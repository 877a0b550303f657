import type { PublishWay } from "./adapter.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { NodeId, ResourceType } from "./node.ts";
import type { HeldReason, NodeResult, RunResult } from "./result.ts";
import type { TemplateRemark } from "./templateRemark.ts";

export type EventLevel = "trace" | "debug" | "info" | "warn" | "error";

/** How long something took in the last runs. */
export interface Usual {
	readonly median_ms: number;
	readonly p95_ms: number;
	readonly runs: number;
}

/** Everything that happens in a run (`tfm.event/1`). Terminal, NDJSON, artifacts, alerts and history only read this. */
export type EventBody =
	| {
			readonly event: "run.started";
			readonly command: string;
			readonly project: string;
			readonly target: string;
			readonly engine: string;
			readonly threads: number;
			readonly version: string;
			readonly layers: readonly string[] | null;
			readonly counts: Readonly<Partial<Record<ResourceType | "load", number>>> /** totals per layer for progress */;
			readonly perLayer: readonly { readonly layer: string; readonly nodes: number; readonly tests: number }[];
			readonly gates: boolean;
	  }
	/** What the history of earlier runs lets expect; not emitted where there is none. */
	| {
			readonly event: "run.expected";
			/** Null: too much of the run was never done before. */
			readonly duration_ms: number | null;
			/** Nodes and tests of this run that have succeeded at least three times lately. */
			readonly usual: Readonly<Record<string, Usual>>;
	  }
	/** Another run writes some of what this one writes; null: somebody's lock is in the way. */
	| {
			readonly event: "run.waiting";
			readonly holder: {
				readonly runId: string;
				readonly command: string;
				readonly host: string;
				readonly pid: number;
				readonly startedAt: string;
			} | null;
			readonly relations: readonly string[];
	  }
	/** What failed had no effect, or can be done over; it is done again after a pause. */
	| {
			readonly event: "node.retried";
			/** Null: a publish, or the run itself. */
			readonly node_id: NodeId | null;
			readonly what: string;
			/** From 1: how many tries have failed. */
			readonly attempt: number;
			readonly attempts: number;
			readonly reason: string;
			readonly delay_ms: number;
	  }
	| { readonly event: "layer.started"; readonly layer: string; readonly nodes: number; readonly tests: number }
	| {
			readonly event: "node.started";
			readonly node_id: NodeId;
			readonly name: string;
			readonly resource_type: ResourceType;
			readonly layer: string | null;
			readonly materialized: string;
			readonly thread: string;
	  }
	| {
			readonly event: "node.finished";
			readonly node_id: NodeId;
			readonly name: string;
			readonly layer: string | null;
			readonly result: NodeResult;
	  }
	/** One batch of a microbatch model begins; one that is skipped does not. */
	| {
			readonly event: "batch.started";
			readonly node_id: NodeId;
			readonly name: string;
			/** `2024-09-17` */
			readonly batch: string;
			/** From 1. */
			readonly position: number;
			readonly total: number;
	  }
	/** One batch of a microbatch model. */
	| {
			readonly event: "batch.finished";
			readonly node_id: NodeId;
			readonly name: string;
			/** `2024-09-17` */
			readonly batch: string;
			/** From 1. */
			readonly position: number;
			readonly total: number;
			readonly status: "success" | "error" | "skipped";
			/** What the database said of its last statement, or "ERROR", "SKIPPED". */
			readonly message: string;
			readonly duration_ms: number;
			/** With published names; null for a batch that was not compiled. */
			readonly compiled_code: string | null;
			readonly executed_code: string | null;
			readonly diagnostic: Diagnostic | null;
	  }
	/** One of a function's other signatures. */
	| {
			readonly event: "overload.finished";
			readonly node_id: NodeId;
			readonly name: string;
			/** The name of its file. */
			readonly overload: string;
			/** From 1. */
			readonly position: number;
			readonly total: number;
			/** `skipped`: an earlier run created it. */
			readonly status: "success" | "error" | "skipped";
			/** Why it failed, in dbt's form; empty elsewhere. */
			readonly message: string;
			readonly duration_ms: number;
	  }
	| {
			readonly event: "load.finished";
			readonly node_id: NodeId;
			readonly layer: string | null;
			readonly files: number;
			/** How many of them had been loaded before; absent: none. */
			readonly again?: number;
			readonly skipped: number;
			readonly rows: number;
			readonly rejects: number;
			/** Rows and rejects whose retention is over; absent: the table has none. */
			readonly purged?: number;
			/** The warehouse's own name for the statement that brought the last rows, where it has one. */
			readonly query_id?: string;
			readonly duration_ms: number;
	  }
	| {
			readonly event: "test.finished";
			readonly node_id: NodeId;
			readonly name: string;
			readonly layer: string | null;
			readonly result: NodeResult;
	  }
	| {
			readonly event: "gate.closed";
			readonly layer: string;
			readonly failed: readonly NodeId[];
			readonly held: readonly NodeId[];
			readonly published: readonly NodeId[];
	  }
	| { readonly event: "gate.passed"; readonly layer: string; readonly tests: number }
	| { readonly event: "gate.warned"; readonly layer: string; readonly failed: readonly NodeId[] }
	| {
			readonly event: "publish.finished";
			readonly unit: string;
			readonly ways: readonly { readonly node: NodeId; readonly way: PublishWay }[];
			readonly duration_ms: number;
			readonly locked_ms: number;
			readonly waited_ms: number;
	  }
	| {
			readonly event: "publish.failed";
			readonly unit: string;
			readonly nodes: readonly NodeId[];
			readonly diagnostic: Diagnostic;
	  }
	| {
			readonly event: "layer.finished";
			readonly layer: string;
			readonly status: "published" | "held" | "blocked" | "warned";
			readonly built: number;
			readonly nodes: number;
			readonly failed: number;
			readonly warned: number;
			readonly testsPassed: number;
			readonly tests: number;
			readonly duration_ms: number;
	  }
	| {
			readonly event: "node.held";
			readonly node_id: NodeId;
			readonly layer: string | null;
			readonly reason: HeldReason;
	  }
	| {
			readonly event: "hook.finished";
			readonly label: string;
			readonly node_id: NodeId | null;
			readonly status: "success" | "error";
			readonly duration_ms: number;
			readonly diagnostic: Diagnostic | null;
	  }
	| {
			readonly event: "statement";
			readonly node_id: NodeId | null;
			readonly purpose: string;
			readonly sql: string;
			readonly duration_ms: number;
			readonly rows: number | null;
			/** The warehouse's own name for it, where it has one; of what was refused, too. */
			readonly query_id?: string;
	  }
	| {
			readonly event: "message";
			readonly text: string;
			readonly node_id: NodeId | null;
			/** Goes to stdout as is. */
			readonly print: boolean;
			/** It comes from `log(…, info=True)`, which dbt tells from what is printed. */
			readonly logged?: true;
			/** What dbt has an event of its own for. */
			readonly remark?: TemplateRemark;
	  }
	| { readonly event: "diagnostic"; readonly diagnostic: Diagnostic }
	| { readonly event: "progress"; readonly text: string }
	| { readonly event: "cancelling"; readonly signal: string }
	| { readonly event: "run.finished"; readonly run: RunResult; readonly summary: RunSummary };

/** What the last lines of a run say. Node ids are sorted. */
export interface RunSummary {
	readonly built: number;
	readonly published: readonly NodeId[];
	readonly held: readonly NodeId[];
	readonly blocked: readonly NodeId[];
	readonly failed: readonly NodeId[];
	readonly tests: {
		readonly passed: number;
		readonly failed: number;
		readonly warned: number;
		readonly errored: number;
		readonly skipped: number;
		/** `--changed`: not asked again; absent: none. */
		readonly reused?: number;
	};
	readonly slowest: readonly { readonly node: NodeId; readonly seconds: number }[];
	/** How often something was done again after a failure that passed; absent: never. */
	readonly retried?: number;
	/** Layers whose gate is off: their tests did not run. Absent: none. */
	readonly gatesOff?: readonly string[];
	/** Held candidates of an earlier run that were used again, sorted; absent: none. */
	readonly reused?: readonly NodeId[];
	/** Held and blocked nodes whose relation of an earlier run was left as it was, sorted. */
	readonly leftUntouched: readonly NodeId[];
}

export interface EventStamp {
	readonly v: 1;
	readonly ts: string;
	readonly level: EventLevel;
	readonly run_id: string;
	readonly seq: number;
}

export type RunEvent = EventStamp & EventBody;
export type Emit = (body: EventBody, level?: EventLevel) => void;
