/**
 * `--log-format text`: a run in the lines that dbt prints, for scripts that read them (`1 of 5 START …`,
 * `Completed successfully`, `Done. PASS=5 WARN=0 …`). Wording and widths are dbt 1.12's.
 */
import type { RunEvent } from "../core/events.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import type { Subscriber } from "./eventStream.ts";
import { count } from "./figures.ts";
import type { NodeFacts } from "./nodeFacts.ts";

/** dbt's default of `--printer-width`. */
const WIDTH = 80;

export interface DbtLinesOptions {
	readonly stdout: OutputStream;
	readonly output: Pick<OutputOptions, "verbosity" | "print">;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
}

type Started = Extract<RunEvent, { event: "node.started" }>;
interface Line {
	readonly index: number;
	readonly what: string;
}

const HELD = new Set(["error", "fail", "runtime error"]);

/** What is never started, and has a result: by what dbt calls it. */
const NOTED: { readonly [type: string]: string } = { exposure: "exposure", saved_query: "saved query" };

export function createDbtLines({ stdout, output, lookup }: DbtLinesOptions): Subscriber {
	const lines = new Map<NodeId, Line>();
	const kinds = new Map<string, number>();
	/** Sources that are asked for their age. */
	const aged = new Set<NodeId>();
	let total = 0;
	const say = (event: RunEvent, ...texts: readonly string[]): void => {
		const quiet = output.verbosity < 0 && event.level !== "error";
		if (quiet || output.verbosity < -1) return;
		for (const text of texts.flatMap((t) => t.split("\n")))
			stdout.write(`${event.ts.slice(11, 19)}  ${text}\n`.replace(/ +\n$/, "  \n"));
	};
	const lineOf = (id: NodeId, what: string): Line => {
		const known = lines.get(id) ?? { index: lines.size + 1, what };
		lines.set(id, known);
		return known;
	};
	const fancy = ({ index }: Line, text: string, end: string): string =>
		`${`${index} of ${total} ${text} `.padEnd(WIDTH, ".")} [${end}]`;

	const started = (event: Started): string => {
		if (event.materialized === "freshness") aged.add(event.node_id);
		const kind = event.resource_type === "model" ? `${event.materialized} model` : event.resource_type;
		kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
		const line = lineOf(event.node_id, describe(event, lookup(event.node_id)));
		return fancy(line, `START ${line.what}`, "RUN");
	};
	const finished = (event: Extract<RunEvent, { event: "node.finished" | "test.finished" }>): string => {
		const { result } = event;
		const facts = lookup(event.node_id);
		const line = lineOf(event.node_id, facts?.relation ?? event.name);
		if (NOTED[result.resource_type] !== undefined) {
			const kind = NOTED[result.resource_type] ?? "";
			kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
			const noop = `NO-OP ${kind} ${event.name}`;
			if (result.status === "no-op") return fancy(line, noop, `NO-OP in ${result.execution_time.toFixed(2)}s`);
		}
		if (result.status === "skipped") {
			const relation = ["model", "seed", "snapshot"].includes(result.resource_type);
			return fancy(
				line,
				`SKIP ${relation ? `relation ${facts?.relation ?? event.name}` : `${result.resource_type} ${event.name}`}`,
				"SKIP",
			);
		}
		const [text, status] = aged.has(event.node_id) ? age(line, result) : outcome(line, event.name, result);
		return fancy(line, text, `${status} in ${result.execution_time.toFixed(2)}s`);
	};
	return {
		receive: (event) => {
			switch (event.event) {
				case "run.started":
					total = Object.values(event.counts).reduce((sum, n) => sum + n, 0) - (event.counts.operation ?? 0);
					return say(
						event,
						`Running with tfm=${event.version}`,
						"",
						`Concurrency: ${event.threads} threads (target='${event.target}')`,
						"",
					);
				case "node.started":
					return say({ ...event, level: "info" }, started(event));
				case "node.finished":
				case "test.finished":
					return say(event, finished(event));
				case "hook.finished":
					return say(event, `${event.status === "success" ? "OK" : "ERROR"} hook: ${event.label}`);
				case "message":
					if (event.print && output.print !== false && output.verbosity > -2) stdout.write(`${event.text}\n`);
					else if (event.level !== "debug") say(event, event.text);
					return;
				case "diagnostic":
					return say(
						event,
						`[${event.diagnostic.severity === "error" ? "ERROR" : "WARNING"}][${event.diagnostic.code}]: ${event.diagnostic.message}`,
						...(event.diagnostic.dbt === undefined ? [] : [event.diagnostic.dbt]),
					);
				case "statement":
					if (output.verbosity === 2) say(event, `On ${event.node_id ?? event.purpose}: ${event.sql}`);
					return;
				case "run.finished":
					return say(event, ...endLines(event.run, kinds, lookup));
				default:
			}
		},
	};
}

function describe(event: Started, facts: NodeFacts | undefined): string {
	const relation = facts?.relation ?? event.name;
	if (event.materialized === "freshness") return `freshness of ${facts?.source ?? event.name}`;
	switch (event.resource_type) {
		case "model":
			return `sql ${event.materialized} model ${relation}`;
		case "seed":
			return `seed file ${relation}`;
		case "snapshot":
			return `snapshot ${relation}`;
		case "unit_test":
			return `unit_test ${event.name}`;
		default:
			return `${event.resource_type} ${event.name}`;
	}
}

function age({ what }: Line, { status }: NodeResult): readonly [string, string] {
	const word = { pass: "PASS", warn: "WARN", error: "ERROR STALE" }[status as string] ?? "ERROR";
	return [`${word} ${what}`, word];
}

function outcome({ what }: Line, name: string, result: NodeResult): readonly [string, string] {
	const failed = HELD.has(result.status);
	switch (result.resource_type) {
		case "test":
		case "unit_test": {
			const word = result.status.toUpperCase();
			const said = result.status === "warn" || result.status === "fail" ? `${word} ${result.failures ?? 1}` : word;
			return [`${said} ${name}`, said];
		}
		case "seed":
			return [`${failed ? "ERROR loading" : "OK loaded"} ${what}`, failed ? "ERROR" : (result.message ?? "OK")];
		case "snapshot":
			return [
				`${failed ? "ERROR snapshotting" : "OK snapshotted"} ${what}`,
				failed ? "ERROR" : (result.message ?? "OK"),
			];
		default:
			return [`${failed ? "ERROR creating" : "OK created"} ${what}`, failed ? "ERROR" : (result.message ?? "OK")];
	}
}

function endLines(run: RunResult, kinds: ReadonlyMap<string, number>, lookup: DbtLinesOptions["lookup"]): string[] {
	const hooks = run.results.filter((r) => r.resource_type === "operation").length;
	const built = [...kinds, ...(hooks === 0 ? [] : [["project hook", hooks] as const])]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([kind, n]) =>
			kind === "saved query" && n !== 1
				? `${n} saved queries`
				: count(n, kind === "test" ? "data test" : kind.replace("_", " ")),
		);
	const whole = Math.floor(run.elapsed);
	const spent = `${Math.floor(whole / 3600)} hours ${Math.floor(whole / 60) % 60} minutes and ${(run.elapsed % 60).toFixed(2)} seconds (${run.elapsed.toFixed(2)}s)`;
	const of = (...statuses: readonly string[]) => run.results.filter((r) => statuses.includes(r.status));
	const errors = of(...HELD);
	const [warnings, partial] = [of("warn"), of("partial success")];
	const successes = `${partial.length} partial ${partial.length === 1 ? "success" : "successes"}`;
	const summary = run.cancelled
		? "Exited because of keyboard interrupt"
		: errors.length > 0
			? `Completed with ${count(errors.length, "error")}, ${successes}, and ${count(warnings.length, "warning")}:`
			: partial.length > 0
				? `Completed with ${successes} and ${count(warnings.length, "warning")}`
				: warnings.length > 0
					? `Completed with ${count(warnings.length, "warning")}:`
					: "Completed successfully";
	const toldOf = (results: readonly NodeResult[]): string[] =>
		results.flatMap((result) => {
			const facts = lookup(result.unique_id);
			const warns = result.status === "warn";
			const where = `in ${result.resource_type} ${facts?.name ?? result.unique_id} (${facts?.file ?? ""})`;
			const said = result.message ?? `Status: ${result.status}`;
			return [
				"",
				// A message of a source that could not be asked names the source itself.
				...(result.status === "runtime error" ? [] : [`[${warns ? "WARNING" : "ERROR"}]: ${where}`]),
				warns ? `[WARNING]: ${said}` : `  ${said}`,
				...(facts?.sqlPath == null ? [] : ["", `  compiled code at ${facts.sqlPath.replace("/run/", "/compiled/")}`]),
				...(facts?.storedIn == null ? [] : ["", `  See test failures: select * from ${facts.storedIn}`]),
			];
		});
	// A seed that was left alone counts as loaded, as in run_results.json.
	const idle = of("no-op");
	const seeds = idle.filter((r) => r.resource_type === "seed").length;
	const done = `PASS=${of("success", "pass").length + seeds} WARN=${warnings.length} ERROR=${errors.length + partial.length} SKIP=${of("skipped").length} NO-OP=${idle.length - seeds} REUSED=0 TOTAL=${run.results.length}`;
	const finished = `Finished running ${built.join(", ")} in ${spent}.`;
	// dbt tells of stale sources and of those that it could not ask, and counts nothing.
	if (run.command === "source freshness") return ["", finished, ...toldOf(errors), "Done."];
	return ["", finished, "", summary, ...toldOf([...errors, ...warnings]), "", `Done. ${done}`];
}
