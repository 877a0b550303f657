/** Which rows of an input a node reads: those of its batch, or of `--sample`. */
import type { Dialect } from "../core/adapter.ts";
import type { Batch, EventWindow } from "../core/eventTime.ts";
import type { ExecutableNode, NodeConfig, SourceNode } from "../core/node.ts";
import { dateTimeFromIso, utcDateTime } from "./modules/datetime.ts";
import type { RelationFields } from "./objects/relationObject.ts";
import type { ProjectFacts } from "./projectFacts.ts";

/** The column's name as SQL; it is quoted where its column asks for it, or else its source (dbt). */
function fieldOf(target: ExecutableNode | SourceNode, field: string, dialect: Dialect): string {
	const own = Object.values(target.columns).find((column) => column.name === field)?.quote;
	const quoted = own ?? (target.resource_type === "source" ? target.quoting.column : null);
	return quoted === true ? dialect.quote(field) : field;
}

/** A batch's part of the sample, where there is both. */
function windowOf(batch: Batch | undefined, sample: EventWindow | undefined): EventWindow | undefined {
	if (batch === undefined || sample === undefined) return batch ?? sample;
	return {
		start: sample.start > batch.start ? sample.start : batch.start,
		end: sample.end < batch.end ? sample.end : batch.end,
	};
}

/** Only models and snapshots read less than everything, and only of inputs that say what their `event_time` is (dbt). */
export function eventTimeFilter(
	facts: ProjectFacts,
	reader: { readonly node: ExecutableNode | null; readonly batch: Batch | undefined },
	target: ExecutableNode | SourceNode,
): RelationFields["eventTime"] {
	const window = windowOf(reader.batch, facts.invocation.sample);
	const field = target.config.event_time;
	if (window === undefined || typeof field !== "string" || field === "") return null;
	if (reader.node?.resource_type !== "model" && reader.node?.resource_type !== "snapshot") return null;
	return { field: fieldOf(target, field, facts.dialect), start: window.start, end: window.end };
}

/** What `model` has besides the node's own fields while a batch is built; its `config.begin` is a time by then (dbt). */
export const batchView = (batch: Batch, config: NodeConfig) => ({
	config: { ...config, ...beginOf(config) },
	batch: {
		id: batch.id,
		event_time_start: utcDateTime(batch.start.getTime()),
		event_time_end: utcDateTime(batch.end.getTime()),
	},
});

const beginOf = ({ begin }: NodeConfig) => (typeof begin === "string" ? { begin: dateTimeFromIso(begin) } : {});

/** Where adapters' older macros look for the window. */
export const batchConfig = (batch: Batch, config: NodeConfig) => ({
	...beginOf(config),
	__dbt_internal_microbatch_event_time_start: utcDateTime(batch.start.getTime()),
	__dbt_internal_microbatch_event_time_end: utcDateTime(batch.end.getTime()),
});
