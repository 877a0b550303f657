import type { EventLevel, RunEvent } from "../core/events.ts";
import type { MessageLevel } from "../core/logMessage.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import type { NodeFacts } from "./nodeFacts.ts";

/** dbt's default of `--printer-width`. */
const WIDTH = 80;

/** `2 of 5 START sql view model dev.orders ....... [RUN]` */
export function fancyLine(
	{ index, total }: { readonly index: number; readonly total: number },
	text: string,
	status: string,
	seconds?: number,
): string {
	const time = seconds === undefined ? "" : ` in ${seconds.toFixed(2)}s`;
	return `${`${index} of ${total} ${text} `.padEnd(WIDTH, ".")} [${status}${time}]`;
}

type Started = Extract<RunEvent, { event: "node.started" }>;

/** A node's place among those of the run, and what dbt calls it: `sql view model dev.orders`. */
export interface Line {
	readonly index: number;
	readonly what: string;
}

/** dbt numbers the nodes of a run in the order in which it takes them up, and counts them by kind at the end. */
export interface LineNumbers {
	readonly expect: (counts: Readonly<Partial<Record<string, number>>>) => void;
	readonly total: () => number;
	readonly start: (event: Started, what: string) => Line;
	/** The line of a node that need not have been started. */
	readonly of: (id: NodeId, what: string) => Line;
	readonly countKind: (kind: string) => void;
	/** Whether this source was asked for its age. */
	readonly isAged: (id: NodeId) => boolean;
	readonly kinds: () => ReadonlyMap<string, number>;
}

export function createLineNumbers(): LineNumbers {
	const lines = new Map<NodeId, Line>();
	const kinds = new Map<string, number>();
	const aged = new Set<NodeId>();
	let total = 0;
	const of = (id: NodeId, what: string): Line => {
		const known = lines.get(id) ?? { index: lines.size + 1, what };
		lines.set(id, known);
		return known;
	};
	const countKind = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
	return {
		expect: (counts) => {
			total = Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0) - (counts.operation ?? 0);
		},
		total: () => total,
		start: (event, what) => {
			if (event.materialized === "freshness") aged.add(event.node_id);
			countKind(event.resource_type === "model" ? `${event.materialized} model` : event.resource_type);
			return of(event.node_id, what);
		},
		of,
		countKind,
		isAged: (id) => aged.has(id),
		kinds: () => kinds,
	};
}

export function describeStart(event: Started, facts: NodeFacts | undefined): string {
	const relation = facts?.relation ?? event.name;
	if (event.materialized === "freshness") return `freshness of ${facts?.source ?? event.name}`;
	switch (event.resource_type) {
		case "model":
			return `sql ${facts?.microbatch === true ? "microbatch" : event.materialized} model ${relation}`;
		case "seed":
			return `seed file ${relation}`;
		case "snapshot":
			return `snapshot ${relation}`;
		case "function":
			return `function ${relation}`;
		case "unit_test":
			return `unit_test ${facts?.label ?? event.name}`;
		default:
			return `${event.resource_type} ${event.name}`;
	}
}

/** dbt's `run_result` of a message. */
export const runResultOf = (result: NodeResult) => ({
	adapter_response: result.adapter_response,
	execution_time: result.execution_time,
	message: result.message ?? "",
	num_failures: result.failures ?? 0,
	status: result.status,
	thread: result.thread_id,
	timing_info: result.timing,
});

export const levelOfEvent = (level: EventLevel): MessageLevel => (level === "trace" ? "debug" : level);
