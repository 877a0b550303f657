import type { RunSummary } from "../core/events.ts";
import { findCauses } from "../core/heldCauses.ts";
import type { NodeId } from "../core/node.ts";
import type { RunResult } from "../core/result.ts";
import { isSlow } from "../core/usual.ts";
import { diagnosticText, type ReadLine } from "./diagnosticText.ts";
import { failureBlock } from "./failureBlock.ts";
import { roughSeconds, seconds } from "./figures.ts";
import type { Look } from "./look.ts";
import type { NodeFacts } from "./nodeFacts.ts";
import { isFailure, isTest, type Outcome, type RunBoard } from "./runBoard.ts";
import { textWidth } from "./textWidth.ts";

export interface Ending {
	readonly run: RunResult;
	readonly summary: RunSummary;
	readonly board: RunBoard;
	readonly look: Look;
	readonly readLine: ReadLine;
	readonly lookup: (id: NodeId) => NodeFacts | undefined;
	/** What a command that is proposed needs besides, ` --env anna`; mostly nothing. */
	readonly within: string;
	/** `-q`: failures and the last line. */
	readonly brief: boolean;
	/** `-v`: lists are not cut. */
	readonly full: boolean;
}

const WORD_WIDTH = 8;
/** Below this, the slowest nodes are noise. */
const SLOW_SECONDS = 1;

/** The end of a run: every failure once, in full; what was published, held and blocked; the last lines. */
export function finalLines(ending: Ending): string[] {
	const { board, summary, look, lookup, readLine, within, brief } = ending;
	const causes = findCauses(board.held);
	const context = { look, readLine, lookup, summary, causes, within };
	const failures = board.outcomes.filter((outcome) => isFailure(outcome.result));
	const warnings = brief ? [] : board.outcomes.filter((outcome) => outcome.result.status === "warn");
	const lines = [
		...[...failures, ...board.refused].flatMap((outcome) => failureBlock(outcome, context)),
		...brokenLines(ending),
		...warnings.flatMap((outcome) => failureBlock(outcome, context)),
		...(brief ? [] : slowLines(ending)),
		...(ending.run.exitCode === 0 || brief ? [] : lists(ending)),
		verdictLine(ending),
		...(brief ? [] : shortHistoryLine(ending)),
		...(brief ? [] : slowestLine(ending)),
		...nextLines(ending, failures),
	];
	return ["", ...lines];
}

/** Publishes and hooks that failed: not a node's fault, so they have no block of their own, unless one was made to fail. */
function brokenLines({ board, look, readLine }: Ending): string[] {
	const said = new Set(board.outcomes.map(({ result }) => result.diagnostic?.message));
	return board.broken.flatMap((event) => {
		if (event.diagnostic !== null && said.has(event.diagnostic.message)) return [];
		const what = event.event === "publish.failed" ? `publish of ${event.unit}` : `hook ${event.label}`;
		const diagnostic = event.diagnostic;
		const text = diagnostic === null ? [] : diagnosticText(diagnostic, look, readLine).split("\n");
		return [` ${look.paint("bad", look.signs.failed)} ${what} failed`, ...text.map((line) => `    ${line}`), ""];
	});
}

/** ` ! silver.stg_events took 31s, usually 11s (p95 14s)` */
function slowLines({ board, look, lookup }: Ending): string[] {
	const lines = board.outcomes.flatMap(({ id, result }) => {
		const usual = board.usual[id];
		if (usual === undefined || result.status !== "success" || !isSlow(result.execution_time * 1000, usual)) return [];
		const times = `took ${roughSeconds(result.execution_time)}, usually ${roughSeconds(usual.median_ms / 1000)} (p95 ${roughSeconds(usual.p95_ms / 1000)})`;
		return [` ${look.paint("warn", look.signs.warned)} ${lookup(id)?.label ?? id} ${times}`];
	});
	return lines.length === 0 ? [] : [...lines, ""];
}

function lists(ending: Ending): string[] {
	const { summary, look, lookup } = ending;
	const width = Math.max(...[summary.published, summary.held, summary.blocked].map((ids) => String(ids.length).length));
	const line = (word: string, ids: readonly NodeId[]): string[] => {
		if (ids.length === 0) return [];
		const start = ` ${word.padEnd(9)} ${String(ids.length).padStart(width)}  `;
		const names = ids.map((id) => lookup(id)?.label ?? id);
		return [start + fitNames(names, look.width - textWidth(start), ending.full)];
	};
	const lines = [
		...line("Published", summary.published),
		...line("Held", summary.held),
		...line("Blocked", summary.blocked),
	];
	return lines.length === 0 ? [] : [...lines, ""];
}

function fitNames(names: readonly string[], room: number, full: boolean): string {
	const all = names.join(", ");
	if (full || textWidth(all) <= room) return all;
	let shown = names.length - 1;
	const text = (): string => `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
	while (shown > 1 && textWidth(text()) > room) shown--;
	return text();
}

/** ` Failed  82 built · 100 blocked     tests 227 ok · 1 failed · 1 warned      43.1s` */
function verdictLine({ run, summary, board, look }: Ending): string {
	const { dot } = look.signs;
	const [tone, word] = run.cancelled
		? (["warn", "Cancelled"] as const)
		: run.exitCode === 0
			? (["good", "Passed"] as const)
			: (["bad", "Failed"] as const);
	const failedNodes = board.outcomes.filter((o) => isFailure(o.result) && !isTest(o.result.resource_type)).length;
	const { tests } = summary;
	const clones = run.command === "clone";
	// What a clone leaves alone has dbt's status of what was done.
	const left = clones ? board.outcomes.filter((o) => o.result.message === "No-op").length : 0;
	const numbers = (pairs: readonly (readonly [number, string])[]): string =>
		pairs.flatMap(([n, text]) => (n === 0 ? [] : [`${n} ${text}`])).join(` ${dot} `);
	const nodes = numbers([
		[summary.built - left, clones ? "cloned" : "built"],
		[left, "left alone"],
		[
			summary.reused?.length ?? 0,
			run.command === "rollback" ? "put back" : run.command === "publish" ? "published" : "reused",
		],
		[failedNodes, "failed"],
		[summary.held.length, "held"],
		[summary.blocked.length, "blocked"],
	]);
	const tested = numbers([
		[tests.passed, "ok"],
		[tests.failed, "failed"],
		[tests.errored, "errored"],
		[tests.warned, "warned"],
		[tests.skipped, "skipped"],
		[tests.reused ?? 0, "reused"],
	]);
	const nothing = nodes === "" && tested === "" && run.results.length === 0;
	const quiet = (type: string, status: string) =>
		run.results.filter((r) => r.resource_type === type && r.status === status).length;
	// A run of loads, or of seeds that are as they were, builds nothing and yet did what it was asked to.
	const done = numbers([
		[quiet("source", "success"), "loaded"],
		[quiet("seed", "no-op"), "unchanged"],
		[quiet("exposure", "no-op") + quiet("saved_query", "no-op"), "no-op"],
	]);
	const aged = run.command === "source freshness";
	const sources = (status: string) => quiet("source", status);
	const ages = numbers([
		[sources("pass"), "fresh"],
		[sources("warn"), "warned"],
		[sources("error"), "stale"],
		[sources("runtime error"), "not known"],
		[sources("skipped"), "skipped"],
	]);
	const gatesOff = summary.gatesOff ?? [];
	const parts = [
		...(aged && ages !== "" ? [ages] : nodes === "" ? (done === "" ? [] : [done]) : [nodes]),
		...(tested === "" ? [] : [`tests ${tested}`]),
		...(gatesOff.length === 0 ? [] : [`gate off: ${gatesOff.join(", ")}`]),
		...(summary.retried === undefined
			? []
			: [`tried again ${summary.retried === 1 ? "once" : `${summary.retried} times`}`]),
		...(nothing && !run.cancelled ? ["nothing to do: the selection is empty"] : []),
	];
	const start = ` ${look.paint(tone, word)}${" ".repeat(Math.max(2, WORD_WIDTH - word.length))}`;
	return `${start}${[parts.join("     "), seconds(run.elapsed)].join("      ")}`;
}

/** ` History 2 tests skipped for lack of it: volume_anomaly(staging.orders) 3 of 7 builds, …`; they count as passed. */
function shortHistoryLine({ board, look, lookup, full }: Ending): string[] {
	const names = board.outcomes.flatMap(({ id, name, result: { shortHistory: short } }) =>
		short === undefined ? [] : [`${lookup(id)?.label ?? name} ${short.builds} of ${short.least} builds`],
	);
	if (names.length === 0) return [];
	const start = ` History ${names.length} ${names.length === 1 ? "test" : "tests"} skipped for lack of it: `;
	return [start + fitNames(names.sort(), look.width - textWidth(start), full)];
}

function slowestLine({ summary, look, lookup }: Ending): string[] {
	const slow = summary.slowest.filter((node) => node.seconds >= SLOW_SECONDS).slice(0, 3);
	if (slow.length === 0) return [];
	const names = slow.map((node) => `${lookup(node.node)?.name ?? node.node} ${seconds(node.seconds)}`);
	return [` Slowest ${names.join(` ${look.signs.dot} `)}`];
}

function nextLines({ run, summary, within }: Ending, failures: readonly Outcome[]): string[] {
	if (run.exitCode === 0 || run.command === "source freshness") return [];
	if (run.command === "backfill")
		return [" Next    fix, then the same tfm backfill        (goes on with what is missing)"];
	if (run.cancelled) return [` Next    tfm retry${within}        (goes on where this run stopped)`];
	if (
		run.command === "test" ||
		(failures.length > 0 &&
			failures.every((f) => isTest(f.result.resource_type)) &&
			summary.built === 0 &&
			summary.reused === undefined)
	) {
		return [` Next    fix, then  tfm retry${within}`];
	}
	const kept = summary.held.length > 0;
	const reuse = kept
		? "reuses the candidates that are unchanged, then the blocked models"
		: "only what failed and was skipped";
	const lines = [` Next    fix, then  tfm retry${within}        (${reuse})`];
	const test = failures.find((failure) => isTest(failure.result.resource_type));
	if (kept && test !== undefined) {
		lines.push(
			`         or         tfm test --candidates${within} -s ${test.name}        (once more, on what was held)`,
		);
	}
	return lines;
}
