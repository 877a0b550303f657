import type { RunEvent } from "../core/events.ts";
import type { LogMessage } from "../core/logMessage.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { warningOf } from "../core/templateRemark.ts";
import { dbtMessage } from "./dbtMessage.ts";
import { describeStart, fancyLine, type LineNumbers, levelOfEvent, runResultOf } from "./dbtOutput.ts";
import { dbtRemark } from "./dbtRemark.ts";
import { resultMessage } from "./dbtResultMessage.ts";
import { createEphemeralSkips } from "./ephemeralSkips.ts";
import type { GroupFacts, NodeFacts } from "./nodeFacts.ts";
import type { NodeInfo, NodeProgress } from "./nodeInfo.ts";

type Named<E extends RunEvent["event"]> = Extract<RunEvent, { event: E }>;
type Messages = readonly LogMessage[];

/** What dbt says of one node while it is worked on, in the thread that works on it. */
export interface NodeMessages {
	/** A command's run begins. */
	readonly begin: (command: string) => void;
	readonly started: (event: Named<"node.started">) => Messages;
	readonly finished: (event: Named<"node.finished" | "test.finished">) => Messages;
	readonly batchStarted: (event: Named<"batch.started">) => Messages;
	readonly batch: (event: Named<"batch.finished">) => Messages;
	readonly overload: (event: Named<"overload.finished">) => Messages;
	readonly message: (event: Named<"message">) => Messages;
	readonly statement: (event: Named<"statement">) => Messages;
}

export function createNodeMessages(options: {
	readonly numbers: LineNumbers;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	readonly info: (id: NodeId, progress: NodeProgress) => NodeInfo | undefined;
}): NodeMessages {
	const { numbers, lookup, info } = options;
	const startedAt = new Map<NodeId, string>();
	const threads = new Map<NodeId, string>();
	const about = (id: NodeId | null, status: string, finishedAt = ""): { readonly node_info?: NodeInfo } => {
		const known = id === null ? undefined : info(id, { status, startedAt: startedAt.get(id) ?? "", finishedAt });
		return known === undefined ? {} : { node_info: known };
	};
	const groupOf = (id: NodeId): { readonly group?: GroupFacts } => {
		const group = lookup(id)?.group;
		return group === undefined ? {} : { group };
	};
	const threadOf = (id: NodeId | null): string | undefined => (id === null ? undefined : threads.get(id));

	const began = (id: NodeId, { ts, thread }: { readonly ts: string; readonly thread: string | undefined }) =>
		dbtMessage("NodeStart", `Began running node ${id}`, { ts, data: about(id, "started"), thread });

	const worked = (id: NodeId, { ts, thread }: { readonly ts: string; readonly thread: string | undefined }) => [
		dbtMessage("NodeCompiling", `Began compiling node ${id}`, { ts, data: about(id, "compiling"), thread }),
		dbtMessage("NodeExecuting", `Began executing node ${id}`, { ts, data: about(id, "executing"), thread }),
	];

	let command = "";
	const started: NodeMessages["started"] = (event) => {
		const { ts, node_id: id, thread } = event;
		startedAt.set(id, ts);
		threads.set(id, thread);
		const { what, index } = numbers.start(event, describeStart(event, lookup(id)));
		const place = { description: what, index, total: numbers.total() };
		const data = { ...place, ...about(id, "started") };
		return [
			began(id, event),
			// Of a clone dbt tells neither begin nor end.
			...(command === "clone"
				? []
				: [dbtMessage("LogStartLine", fancyLine(place, `START ${what}`, "RUN"), { ts, data, thread })]),
			...worked(id, event),
		];
	};

	const ephemeral = createEphemeralSkips();
	/** What a model says that reads an ephemeral one which fails; for its first reader it is the failure told in its name. */
	const compileErrors = new Map<string, string>();

	/** dbt's last line counts what was skipped among what ran. */
	const countSkipped = ({ unique_id, resource_type: type, status }: NodeResult): void => {
		const id = unique_id as NodeId;
		if (status !== "skipped" || startedAt.has(id) || type === "exposure" || type === "saved_query") return;
		const { materialized = "" } = info(id, { status }) ?? {};
		numbers.countKind(type === "model" ? `${materialized} model` : type);
	};

	const finished: NodeMessages["finished"] = (event) => {
		const { ts, node_id: id, result } = event;
		countSkipped(result);
		const model = ephemeral(result, command);
		if (model !== null) return skippedFor(model, event);
		const { status, message: exc } = result;
		const thread = threadOf(id) ?? (result.thread_id || undefined);
		const known = about(id, status, status === "skipped" ? "" : ts);
		const outcome = resultMessage(event, { facts: lookup(id), numbers });
		// dbt says nothing of what --fail-fast leaves out, and counts it.
		if (result.held?.kind === "fail_fast") return [];
		const data = { ...known, run_result: runResultOf(result) };
		const group = groupOf(id);
		return [
			// An exposure, or a node that is skipped.
			...(startedAt.has(id) ? [] : [began(id, { ts, thread })]),
			...(startedAt.has(id) || status === "skipped" ? [] : worked(id, { ts, thread })),
			...(status === "error" && exc !== null
				? [
						dbtMessage("CatchableExceptionOnRun", exc, {
							ts,
							data: { exc, exc_info: "", ...about(id, "executing") },
							thread,
						}),
					]
				: []),
			...(command === "clone"
				? []
				: [
						dbtMessage(outcome.name, outcome.msg, {
							ts,
							data: { ...outcome.data, ...known, ...group },
							thread,
							level: outcome.level,
						}),
					]),
			dbtMessage("NodeFinished", `Finished running node ${id}`, { ts, data, thread }),
		];
	};

	const skippedFor = (model: string, event: Named<"node.finished" | "test.finished">): Messages => {
		const { ts, node_id: id, name, result } = event;
		const thread = threadOf(id);
		const place = { index: numbers.of(id, lookup(id)?.relation ?? name).index, total: numbers.total() };
		const known = info(id, { status: "skipped" })?.node_relation;
		const [schema, relation] = [known?.schema ?? "", lookup(id)?.name ?? name];
		const facts = lookup(model as NodeId);
		const [node_name, path] = [facts?.name ?? model, facts?.file ?? ""];
		const where = `in model ${node_name} (${path})`;
		const said = (result.message ?? "").split("\n").slice(1);
		const told = compileErrors.get(model) ?? [`Compilation Error ${where}`, ...said].join("\n");
		compileErrors.set(model, told);
		const text = `SKIP relation ${schema}.${relation} due to ephemeral model status 'error'`;
		const failed = info(model as NodeId, { status: "error" });
		const of = failed === undefined ? {} : { node_info: failed };
		return [
			...(startedAt.has(id) ? [] : [began(id, { ts, thread })]),
			dbtMessage("LogSkipBecauseError", fancyLine(place, text, "ERROR SKIP"), {
				ts,
				data: { ...place, relation, schema, status: "error", ...groupOf(id) },
				thread,
			}),
			dbtMessage("RunResultFailure", `[ERROR]: ${where}`, {
				ts,
				data: { node_name, path, resource_type: "model", ...of },
				thread,
			}),
			dbtMessage("RunResultError", `  ${told}`, { ts, data: { msg: told, ...of }, thread }),
			dbtMessage("NodeFinished", `Finished running node ${id}`, {
				ts,
				data: { ...about(id, "skipped"), run_result: runResultOf(result) },
				thread,
			}),
		];
	};

	const describeBatch = ({ batch: label, node_id: id, name }: Named<"batch.started" | "batch.finished">): string =>
		`batch ${label} of ${lookup(id)?.relation ?? name}`;

	const batchStarted: NodeMessages["batchStarted"] = (event) => {
		const { ts, node_id: id, position, total } = event;
		const description = describeBatch(event);
		const text = fancyLine({ index: position, total }, `START ${description}`, "RUN");
		const data = { description, batch_index: position, total_batches: total, ...about(id, "executing") };
		return [dbtMessage("LogStartBatch", `Batch ${text}`, { ts, data, thread: threadOf(id) })];
	};

	const batch: NodeMessages["batch"] = (event) => {
		const { ts, node_id: id, position, total, status } = event;
		const description = describeBatch(event);
		const seconds = event.duration_ms / 1000;
		const word = { success: "OK created", error: "ERROR creating", skipped: "SKIP" }[status];
		const text = fancyLine({ index: position, total }, `${word} ${description}`, event.message, seconds);
		const data = {
			description,
			status: status === "success" ? event.message : status,
			batch_index: position,
			total_batches: total,
			execution_time: seconds,
			...about(id, "executing"),
			...groupOf(id),
		};
		const level = status === "error" ? "error" : "info";
		return [dbtMessage("LogBatchResult", `Batch ${text}`, { ts, data, level, thread: threadOf(id) })];
	};

	const overload: NodeMessages["overload"] = (event) => {
		const { ts, node_id: id, position, total, status } = event;
		const seconds = event.duration_ms / 1000;
		const place = { index: position, total };
		const what = `function ${event.name} overload ${event.overload}`;
		const description = status === "error" ? `${what}: ${event.message}` : what;
		const word = { success: "OK created", error: "ERROR creating", skipped: "SKIP" }[status];
		const facts = { overload_index: position, total_overloads: total, ...about(id, "executing") };
		const began = new Date(Date.parse(ts) - event.duration_ms).toISOString();
		const thread = threadOf(id);
		const start = dbtMessage("LogStartOverload", `Overload ${fancyLine(place, `START ${what}`, "RUN")}`, {
			ts: began,
			data: { description: what, ...facts },
			thread,
		});
		const text = fancyLine(place, `${word} ${description}`, status.toUpperCase(), seconds);
		const data = { description, status, execution_time: seconds, ...facts, ...groupOf(id) };
		const level = status === "error" ? "error" : "info";
		const end = dbtMessage("LogOverloadResult", `Overload ${text}`, { ts, data, level, thread });
		return status === "skipped" ? [end] : [start, end];
	};

	const message: NodeMessages["message"] = ({ ts, level, text, node_id: id, print, logged, remark }) => {
		if (remark !== undefined) {
			const { name, ...fields } = remark;
			const node = about(id, "compiling");
			const msg = dbtRemark(remark, text, node.node_info?.node_name ?? "");
			// dbt does not say whose warning it is.
			const whose = warningOf(remark) === null ? node : {};
			const data = name === "JinjaLogWarning" ? { msg: text } : { ...fields, ...whose };
			return [dbtMessage(name, msg, { ts, data, thread: threadOf(id) })];
		}
		if (print && logged !== true) return [dbtMessage("PrintEvent", text, { ts })];
		const data = { msg: text, ...about(id, "executing") };
		const name = level === "debug" ? "JinjaLogDebug" : "JinjaLogInfo";
		return [dbtMessage(name, text, { ts, data, thread: threadOf(id), level: levelOfEvent(level) })];
	};

	const statement: NodeMessages["statement"] = ({
		ts,
		node_id: id,
		purpose,
		sql,
		duration_ms,
		rows,
		query_id = "",
	}) => {
		const conn_name = id ?? purpose;
		const thread = threadOf(id);
		const elapsed = duration_ms / 1000;
		const verb = /[a-z]+/i.exec(sql.replace(/\/\*.*?\*\/|--[^\n]*/gs, ""))?.[0]?.toUpperCase() ?? "OK";
		const status = rows === null ? verb : `${verb} ${rows}`;
		const node = about(id, "executing");
		return [
			dbtMessage("SQLQuery", `On ${conn_name}: ${sql}`, { ts, data: { conn_name, sql, ...node }, thread }),
			dbtMessage("SQLQueryStatus", `SQL status: ${status} in ${elapsed.toFixed(3)} seconds`, {
				ts,
				data: { elapsed, query_id, status, ...node },
				thread,
			}),
		];
	};

	const begin: NodeMessages["begin"] = (name) => {
		command = name;
	};
	return { begin, started, finished, batchStarted, batch, overload, message, statement };
}
