/**
 * A run as dbt tells it: each event of the stream becomes the messages that dbt 1.12 has for it, in dbt's words, with
 * its widths, codes and fields. `--log-format text` and `json` and logs/dbt.log write them.
 */
import type { DbtEventFields } from "../core/codes/entry.ts";
import type { RunEvent } from "../core/events.ts";
import type { LogMessage } from "../core/logMessage.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { dbtNameOf } from "../core/warningPolicy.ts";
import { endMessages, resultAgain } from "./dbtEndMessages.ts";
import { dbtMessage, isDbtEvent } from "./dbtMessage.ts";
import { createNodeMessages } from "./dbtNodeMessages.ts";
import { createLineNumbers, fancyLine, levelOfEvent } from "./dbtOutput.ts";
import { isFailed } from "./dbtResultMessage.ts";
import type { Subscriber } from "./eventStream.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import type { NodeInfo, NodeProgress } from "./nodeInfo.ts";

export interface DbtMessagesOptions {
	readonly write: (message: LogMessage) => void;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	readonly info: (id: NodeId, progress: NodeProgress) => NodeInfo | undefined;
	/** Hooks that run when the run starts or ends, by id. */
	readonly hooks: ReadonlyMap<NodeId, HookPlace>;
}

/** What dbt calls a hook, and its place among those of its kind. */
export interface HookPlace {
	/** `shop.on-run-start.0` */
	readonly statement: string;
	readonly atEnd: boolean;
	readonly index: number;
	readonly total: number;
}

type Named<E extends RunEvent["event"]> = Extract<RunEvent, { event: E }>;

export function createDbtMessages({ write, lookup, info, hooks }: DbtMessagesOptions): Subscriber {
	const numbers = createLineNumbers();
	const nodes = createNodeMessages({ numbers, lookup, info });

	let lastFailure: NodeResult | null = null;
	/** Of a run that --fail-fast ends dbt tells the failure twice: where it ends, and with the others when it is over. */
	const failedFast = ({ result, ts }: Named<"node.finished" | "test.finished">): readonly LogMessage[] => {
		if (isFailed(result)) lastFailure = result;
		if (result.held?.kind !== "fail_fast" || lastFailure === null) return [];
		const told = resultAgain(lastFailure, ts, { lookup, info });
		lastFailure = null;
		return told;
	};

	const messagesOf = (event: RunEvent): readonly LogMessage[] => {
		switch (event.event) {
			case "run.started":
				numbers.expect(event.counts);
				nodes.begin(event.command);
				return startMessages(event, numbers.total());
			case "node.started":
				return nodes.started(event);
			case "node.finished":
			case "test.finished":
				return [...failedFast(event), ...nodes.finished(event)];
			case "batch.started":
				return nodes.batchStarted(event);
			case "batch.finished":
				return nodes.batch(event);
			case "overload.finished":
				return nodes.overload(event);
			case "message":
				return nodes.message(event);
			case "statement":
				return nodes.statement(event);
			case "hook.finished":
				return hookMessages(event, event.node_id === null ? undefined : hooks.get(event.node_id), info);
			case "diagnostic":
				return diagnosticMessages(event);
			case "run.finished":
				return endMessages(event, { kinds: numbers.kinds(), lookup, info });
			default:
				return [note(event)];
		}
	};
	return {
		receive: (event) => {
			for (const message of messagesOf(event)) write(message);
		},
	};
}

function startMessages(event: Named<"run.started">, total: number): readonly LogMessage[] {
	const { ts, threads, target, counts } = event;
	if (total === 0) return [nothingToDo(ts)];
	return concurrencyMessages({ ts, threads, target, nodes: total - (counts.unit_test ?? 0) });
}

/** What dbt says before it takes up the first node, whatever it does with them. */
export function concurrencyMessages(about: {
	readonly ts: string;
	readonly threads: number;
	readonly target: string;
	readonly nodes: number;
}): readonly LogMessage[] {
	const { ts, threads: num_threads, target: target_name, nodes: node_count } = about;
	const blank = dbtMessage("Formatting", "", { ts });
	const text = `Concurrency: ${num_threads} threads (target='${target_name}')`;
	return [blank, dbtMessage("ConcurrencyLine", text, { ts, data: { node_count, num_threads, target_name } }), blank];
}

/** A command that has selected nothing. */
export const nothingToDo = (ts: string): LogMessage =>
	dbtMessage("NothingToDo", "[WARNING]: Nothing to do. Try checking your model configs and model specification args", {
		ts,
		data: {},
	});

/** tfm tells of a hook when it has run, so that both of dbt's messages come then. */
function hookMessages(
	event: Named<"hook.finished">,
	known: HookPlace | undefined,
	info: DbtMessagesOptions["info"],
): readonly LogMessage[] {
	const { ts, node_id: id, status } = event;
	const { statement, atEnd, index, total } = known ?? { statement: event.label, atEnd: false, index: 1, total: 1 };
	const about = (progress: string) => {
		const node_info = id === null ? undefined : info(id, { status: progress });
		return node_info === undefined ? {} : { node_info };
	};
	const place = { statement, index, total };
	const seconds = event.duration_ms / 1000;
	const word = status === "success" ? "OK" : "ERROR";
	const blank = dbtMessage("Formatting", "", { ts });
	return [
		...(atEnd && index === 1 ? [blank] : []),
		dbtMessage("LogHookStartLine", fancyLine(place, `START hook: ${statement}`, "RUN"), {
			ts,
			data: { ...place, ...about("started") },
		}),
		dbtMessage("LogHookEndLine", fancyLine(place, `${word} hook: ${statement}`, word, seconds), {
			ts,
			data: { ...place, execution_time: seconds, status, ...about(status) },
		}),
		...(!atEnd && index === total ? [blank] : []),
	];
}

/** Under dbt's name and with its fields where dbt has the same remark, else a `Note`. One for each of dbt's events. */
function diagnosticMessages({ ts, level, diagnostic }: Named<"diagnostic">): readonly LogMessage[] {
	const { code, severity, message, dbt, at, events = [] } = diagnostic;
	const place = at === undefined ? {} : { file: at.file, line: at.line };
	const tell = (fields: DbtEventFields): LogMessage => {
		const found = fields.name ?? dbtNameOf(code);
		const name = found !== undefined && isDbtEvent(found) ? found : undefined;
		const words = fields.says ?? dbt;
		// By dbt's name, which scripts look for; tfm's code stands in `data`.
		const tag = `[${severity === "error" ? "ERROR" : "WARNING"}][${name ?? code}]`;
		const msg = `${tag}: ${message}${words === undefined ? "" : `\n${words}`}`;
		const data = { msg: message, code, ...place, ...fields.data };
		return dbtMessage(name ?? "Note", msg, { ts, data, level: levelOfEvent(level) });
	};
	return (events.length === 0 ? [{ data: {} }] : events).map(tell);
}

type Noted = Exclude<
	RunEvent["event"],
	| "run.started"
	| "run.finished"
	| "node.started"
	| "node.finished"
	| "test.finished"
	| "batch.started"
	| "batch.finished"
	| "overload.finished"
	| "hook.finished"
	| "message"
	| "statement"
	| "diagnostic"
>;

/** What tfm does and dbt does not. */
function note(event: Named<Noted>): LogMessage {
	const { v: _v, ts, level, run_id: _run, seq: _seq, ...tfm } = event;
	const msg = noteText(event);
	// Without layers each node is published by itself, which its own result says.
	const shown = event.event === "publish.finished" ? "debug" : levelOfEvent(level);
	return dbtMessage("Note", msg, { ts, data: { msg, tfm }, level: shown });
}

function noteText(event: Named<Noted>): string {
	switch (event.event) {
		case "cancelling":
			return `Cancelling: ${event.signal}`;
		case "gate.closed":
			return `Layer ${event.layer}: its gate is closed, ${event.held.length} held back`;
		case "gate.passed":
			return `Layer ${event.layer}: its gate is open, ${event.tests} tests passed`;
		case "gate.warned":
			return `Layer ${event.layer}: published in spite of ${event.failed.length} failed tests`;
		case "publish.finished":
			return `Published ${event.unit}: ${event.ways.length} relations`;
		case "publish.failed":
			return `${event.unit} could not be published: ${event.diagnostic.message}`;
		case "layer.started":
			return `Layer ${event.layer}: ${event.nodes} nodes, ${event.tests} tests`;
		case "layer.finished":
			return `Layer ${event.layer}: ${event.status}`;
		case "node.held":
			return `${event.node_id} is held back: ${event.reason.kind}`;
		case "node.retried":
			return `${event.what} is tried again (${event.attempt} of ${event.attempts}): ${event.reason}`;
		case "run.waiting":
			return "Waiting for another run that writes the same relations";
		case "load.finished":
			return `Loaded ${event.node_id}: ${event.rows} rows of ${event.files} files`;
		case "progress":
			return event.text;
		case "run.expected":
			return event.duration_ms === null
				? "This run is too new to say how long it takes"
				: `Runs like this one take ${(event.duration_ms / 1000).toFixed(1)} s`;
	}
}
