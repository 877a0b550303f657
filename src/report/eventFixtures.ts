/** Results, facts and streams for the tests of this room. Nothing here is imported by product code. */
import type { EventBody, RunSummary } from "../core/events.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import { type NodeId, nodeId, type ResourceType } from "../core/node.ts";
import type { NodeResult, NodeStatus, RunResult } from "../core/result.ts";
import type { ResultColumn, ResultTable } from "../core/resultTable.ts";
import { createEventStream } from "./eventStream.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { createTerminal } from "./terminal.ts";

export const START = Date.parse("2026-11-21T06:12:03.000Z");

export function result(id: string, status: NodeStatus, rest: Partial<NodeResult> = {}): NodeResult {
	const type = id.split(".", 1)[0] as ResourceType;
	return {
		unique_id: nodeId(id),
		resource_type: type,
		layer: null,
		status,
		message: null,
		failures: null,
		execution_time: 0.2,
		timing: [],
		thread_id: "Thread-1",
		adapter_response: {},
		compiled: true,
		compiled_code: null,
		executed_code: null,
		relation_name: null,
		diagnostic: null,
		published: null,
		held: null,
		sample: null,
		...rest,
	};
}

export function table(
	columns: readonly (readonly [string, ResultColumn["family"]])[],
	rows: ResultTable["rows"],
): ResultTable {
	return {
		columns: columns.map(([name, family]) => ({ name, family, type: family })),
		rows,
		rowCount: rows.length,
		status: `SELECT ${rows.length}`,
	};
}

export function facts(id: string, rest: Partial<NodeFacts> = {}): NodeFacts {
	const [type = "model", , name = id] = id.split(".");
	return {
		name,
		label: name,
		layer: null,
		resource_type: type,
		file: `models/${name}.sql`,
		line: 1,
		owner: null,
		test: null,
		failCalc: null,
		limit: null,
		tests: [],
		piiColumns: new Set(),
		piiTest: false,
		sqlPath: null,
		storedIn: null,
		...rest,
	};
}

export const summary = (rest: Partial<RunSummary> = {}): RunSummary => ({
	built: 0,
	published: [],
	held: [],
	blocked: [],
	failed: [],
	tests: { passed: 0, failed: 0, warned: 0, errored: 0, skipped: 0 },
	slowest: [],
	leftUntouched: [],
	...rest,
});

export const runResult = (rest: Partial<RunResult> = {}): RunResult => ({
	command: "run",
	runId: "01JD4Z7Q",
	results: [],
	startedAt: new Date(START).toISOString(),
	elapsed: 43.1,
	cancelled: false,
	exitCode: 0,
	...rest,
});

export interface Recorder extends OutputStream {
	text(): string;
}

export function recorder(isTTY = false, columns = 100): Recorder {
	let text = "";
	return { isTTY, columns, write: (more) => void (text += more), text: () => text };
}

export const OUTPUT: OutputOptions = { logFormat: "text", verbosity: 0, color: "never", progress: "auto", width: null };

/** What a terminal writes for these events, one second apart. `live` gives both streams a terminal. */
export function play(
	events: readonly (EventBody | "tick")[],
	options: {
		readonly output?: Partial<OutputOptions>;
		readonly env?: Readonly<Record<string, string>>;
		readonly facts?: readonly (readonly [string, NodeFacts])[];
		readonly live?: boolean;
		readonly secrets?: readonly string[];
		readonly stdoutTaken?: boolean;
	} = {},
): { readonly stdout: string; readonly stderr: string } {
	const stdout = recorder(options.live);
	const stderr = recorder(options.live);
	const known = new Map(options.facts);
	const lookup = (id: NodeId): NodeFacts | undefined => known.get(id);
	const ticks: (() => void)[] = [];
	let now = START;
	const clock = (): Date => new Date(now);
	const terminal = createTerminal({
		stdout,
		stderr,
		output: { ...OUTPUT, ...options.output },
		env: { LANG: "en_US.UTF-8", ...options.env },
		clock,
		lookup,
		readLine: () => undefined,
		stdoutTaken: options.stdoutTaken ?? false,
		every: (_milliseconds, tick) => {
			ticks.push(tick);
			return () => void ticks.splice(0);
		},
	});
	const emit = createEventStream({
		runId: "01JD4Z7Q",
		clock,
		secrets: options.secrets ?? [],
		subscribers: [terminal],
		lookup,
	});
	for (const event of events) {
		if (event === "tick") for (const tick of ticks) tick();
		else emit(event);
		now += 1000;
	}
	emit.close();
	return { stdout: stdout.text(), stderr: stderr.text() };
}
