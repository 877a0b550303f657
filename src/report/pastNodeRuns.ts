import type { PastNodeRun, TestRate, UsualDuration } from "../core/history.ts";
import { count, roughSeconds, seconds } from "./figures.ts";
import { columnsOfText } from "./textColumns.ts";

const when = (instant: string): string => instant.replace("T", " ").replace(/\.\d+Z$/, "");

/** `3 ok, 1 failed`; empty where none ran. */
function testsText({ tests: { passed, warned, failed } }: PastNodeRun): string {
	const parts = [
		...(passed > 0 ? [`${passed} ok`] : []),
		...(warned > 0 ? [`${warned} warned`] : []),
		...(failed > 0 ? [`${failed} failed`] : []),
	];
	return parts.join(", ");
}

export interface NodeHistory {
	readonly node: string;
	readonly runs: readonly PastNodeRun[];
	readonly usual: UsualDuration | null;
	/** The last publish that stands. */
	readonly published: { readonly runId: string; readonly publishedAt: string } | null;
}

/** A line per run of the node, and what is usual for it. */
export function nodeHistoryText({ node, runs, usual, published }: NodeHistory): string {
	if (runs.length === 0) return `no run of ${node} is recorded yet\n`;
	const failed = runs.filter((run) => run.status === "error" || run.status === "partial success").length;
	const summary = [
		node,
		...(usual === null ? [] : [`usually ${roughSeconds(usual.median)} (p95 ${roughSeconds(usual.p95)})`]),
		failed === 0 ? "no failure in these runs" : `${count(failed, "failure")} in ${count(runs.length, "run")}`,
		...(published === null ? [] : [`last published ${when(published.publishedAt)} by ${published.runId}`]),
	];
	const table = columnsOfText(
		["RUN", "STARTED (UTC)", "COMMAND", "STATUS", "TOOK", "ROWS", "TESTS", "MESSAGE"],
		runs.map((run) => [
			run.runId,
			when(run.startedAt),
			run.command,
			run.status,
			run.status === "skipped" ? "" : seconds(run.seconds),
			run.rows === null ? "" : String(run.rows),
			testsText(run),
			run.status === "success" ? "" : (run.message ?? ""),
		]),
		new Set([4, 5]),
	);
	return `${summary.join(" · ")}\n\n${table}`;
}

/** Shape `tfm.node_history/1`; `node` is the unique id. */
export function nodeHistoryJson({ node, runs, usual, published }: NodeHistory): string {
	const document = {
		v: 1,
		node,
		usual_seconds: usual === null ? null : { median: usual.median, p95: usual.p95, runs: usual.runs },
		published: published === null ? null : { run_id: published.runId, at: published.publishedAt },
		runs: runs.map((run) => ({
			run_id: run.runId,
			command: run.command,
			started_at: run.startedAt,
			status: run.status,
			published: run.published,
			seconds: run.seconds,
			rows: run.rows,
			tests: run.tests,
			code: run.code,
			message: run.message,
		})),
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}

const SIGNS: Readonly<Record<string, string>> = { pass: "+", warn: "!", fail: "x", error: "E" };

const percent = (part: number, whole: number): string => (whole === 0 ? "" : `${Math.round((100 * part) / whole)}%`);

interface Rate {
	readonly runs: number;
	readonly passed: number;
}

/** Pass rates by dimension, sorted; tests that have none come last. */
function byDimension(
	rates: readonly TestRate[],
): readonly (readonly [string | null, Rate & { readonly tests: number }])[] {
	const sums = new Map<string | null, { tests: number; runs: number; passed: number }>();
	for (const { dimension, runs, passed } of rates) {
		const sum = sums.get(dimension) ?? { tests: 0, runs: 0, passed: 0 };
		sums.set(dimension, { tests: sum.tests + 1, runs: sum.runs + runs, passed: sum.passed + passed });
	}
	return [...sums].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1));
}

/** Pass rates by dimension, then the tests, those that fail most first. */
export function testRatesText(rates: readonly TestRate[], name: (id: string) => string): string {
	if (rates.length === 0) return "no test result is recorded yet\n";
	const dimensions = columnsOfText(
		["DIMENSION", "TESTS", "RUNS", "PASSED"],
		byDimension(rates).map(([dimension, { tests, runs, passed }]) => [
			dimension ?? "(none)",
			String(tests),
			String(runs),
			percent(passed, runs),
		]),
		new Set([1, 2, 3]),
	);
	const worst = [...rates].sort((a, b) => a.passed / a.runs - b.passed / b.runs || (a.test < b.test ? -1 : 1));
	const tests = columnsOfText(
		["TEST", "DIMENSION", "RUNS", "PASSED", "LAST FAILED (UTC)", "RECENT"],
		worst.map((rate) => [
			name(rate.test),
			rate.dimension ?? "",
			String(rate.runs),
			percent(rate.passed, rate.runs),
			rate.lastFailedAt === null ? "" : when(rate.lastFailedAt),
			rate.recent.map((status) => SIGNS[status] ?? "?").join(""),
		]),
		new Set([2, 3]),
	);
	return `${dimensions}\n${tests}`;
}

/** Shape `tfm.test_history/1`. */
export function testRatesJson(rates: readonly TestRate[]): string {
	const document = {
		v: 1,
		dimensions: byDimension(rates).map(([dimension, { tests, runs, passed }]) => ({ dimension, tests, runs, passed })),
		tests: rates.map((rate) => ({
			test: rate.test,
			node: rate.node,
			layer: rate.layer,
			dimension: rate.dimension,
			runs: rate.runs,
			passed: rate.passed,
			last_status: rate.lastStatus,
			last_failed_at: rate.lastFailedAt,
			recent: rate.recent,
		})),
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}
