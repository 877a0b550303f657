import type { RunEvent } from "../core/events.ts";
import type { MessageLevel } from "../core/logMessage.ts";
import type { NodeResult } from "../core/result.ts";
import type { DbtEvent } from "./dbtMessage.ts";
import { fancyLine, type Line, type LineNumbers } from "./dbtOutput.ts";
import type { NodeFacts } from "./nodeFacts.ts";

export interface ResultMessage {
	readonly name: DbtEvent;
	readonly msg: string;
	readonly level: MessageLevel;
	readonly data: { readonly [key: string]: unknown };
}

interface About {
	readonly facts: NodeFacts | undefined;
	readonly numbers: LineNumbers;
}

const FAILED: ReadonlySet<string> = new Set(["error", "fail", "runtime error"]);

export const isFailed = (result: NodeResult): boolean => FAILED.has(result.status);

/** What is never started, and has a result: by what dbt calls it. */
const NOTED: { readonly [type: string]: string } = { exposure: "exposure", saved_query: "saved query" };

const HAS_RELATION: ReadonlySet<string> = new Set(["model", "seed", "snapshot"]);

/** The message of a node that has ended: of its kind, at the level of its status. */
export function resultMessage(
	{ node_id: id, name, result }: Extract<RunEvent, { event: "node.finished" | "test.finished" }>,
	{ facts, numbers }: About,
): ResultMessage {
	const line = numbers.of(id, facts?.relation ?? name);
	const { index } = line;
	const total = numbers.total();
	const place = { index, total };
	const seconds = result.execution_time;
	const noted = NOTED[result.resource_type];
	if (noted !== undefined) {
		numbers.countKind(noted);
		if (result.status === "no-op") {
			const description = `${noted} ${name}`;
			return {
				name: "LogNodeNoOpResult",
				msg: fancyLine(place, `NO-OP ${description}`, "NO-OP", seconds),
				level: "info",
				data: { ...place, description, execution_time: seconds, status: "" },
			};
		}
	}
	if (result.status === "skipped") {
		// By the node's name, where every other line has its alias.
		const [schema] = splitRelation(facts?.relation, name);
		const node_name = facts?.name ?? name;
		const what = HAS_RELATION.has(result.resource_type)
			? `relation ${schema}.${node_name}`
			: `${result.resource_type} ${node_name}`;
		return {
			name: "SkippingDetails",
			msg: fancyLine(place, `SKIP ${what}`, "SKIP"),
			level: "info",
			data: { ...place, node_name, resource_type: result.resource_type, schema },
		};
	}
	if (numbers.isAged(id)) return aged(line, result, { facts, numbers });
	const [event, text, status, data] = outcome(line, { name, result, facts });
	return {
		name: event,
		msg: fancyLine(place, text, status, seconds),
		level: levelOf(result),
		data: {
			index,
			execution_time: seconds,
			...(event === "LogTestResult" ? { num_models: total } : { total }),
			...data,
		},
	};
}

const levelOf = (result: NodeResult): MessageLevel =>
	isFailed(result) || result.status === "partial success" ? "error" : result.status === "warn" ? "warn" : "info";

const splitRelation = (relation: string | undefined, name: string): readonly [string, string] => {
	const dot = relation?.indexOf(".") ?? -1;
	return relation === undefined || dot < 0 ? ["", name] : [relation.slice(0, dot), relation.slice(dot + 1)];
};

function aged({ index, what }: Line, result: NodeResult, { facts, numbers }: About): ResultMessage {
	const total = numbers.total();
	const word = { pass: "PASS", warn: "WARN", error: "ERROR STALE" }[result.status as string] ?? "ERROR";
	const [source_name = "", table_name = ""] = (facts?.source ?? "").split(".", 2);
	return {
		name: "LogFreshnessResult",
		msg: fancyLine({ index, total }, `${word} ${what}`, word, result.execution_time),
		level: levelOf(result),
		data: { index, total, execution_time: result.execution_time, source_name, status: result.status, table_name },
	};
}

type Outcome = readonly [DbtEvent, string, string, { readonly [key: string]: unknown }];

function outcome(
	{ what }: Line,
	{
		name,
		result,
		facts,
	}: { readonly name: string; readonly result: NodeResult; readonly facts: NodeFacts | undefined },
): Outcome {
	const failed = isFailed(result);
	const said = failed ? "ERROR" : (result.message ?? "OK");
	const status = failed ? result.status : said;
	if (result.status === "reused" && result.resource_type !== "test" && result.resource_type !== "unit_test") {
		const event = result.resource_type === "snapshot" ? "LogSnapshotResult" : "LogModelResult";
		return [event, `REUSED ${what}`, "REUSED", { description: what, status: "reused" }];
	}
	switch (result.resource_type) {
		case "test":
		case "unit_test": {
			const word = result.status.toUpperCase();
			const counts = result.status === "warn" || result.status === "fail";
			const label = result.resource_type === "unit_test" ? (facts?.label ?? name) : name;
			const text = counts ? `${word} ${result.failures ?? 1}` : word;
			const attached_node = facts?.attached ?? "";
			return [
				"LogTestResult",
				`${text} ${label}`,
				text,
				{ attached_node, name: label, num_failures: result.failures ?? 0, status: result.status },
			];
		}
		case "seed": {
			const [schema, relation] = splitRelation(facts?.relation, name);
			const data = { relation, schema, result_message: result.message ?? "", status: result.status };
			return ["LogSeedResult", `${failed ? "ERROR loading" : "OK loaded"} ${what}`, said, data];
		}
		case "snapshot": {
			const description = facts?.relation ?? name;
			const data = { cfg: facts?.config ?? {}, description, result_message: said, status: result.status };
			return ["LogSnapshotResult", `${failed ? "ERROR snapshotting" : "OK snapshotted"} ${description}`, said, data];
		}
		case "function":
			return [
				"LogFunctionResult",
				`${failed ? "ERROR creating" : "OK created"} ${what}`,
				result.status.toUpperCase(),
				{ description: what, status: result.status },
			];
		default:
			return [
				"LogModelResult",
				`${failed ? "ERROR creating" : result.status === "partial success" ? "PARTIALLY created" : "OK created"} ${what}`,
				said,
				{ description: what, status },
			];
	}
}
