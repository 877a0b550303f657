import { expect, test } from "vitest";
import { diagnostic } from "../core/diagnostic.ts";
import type { RunEvent } from "../core/events.ts";
import type { LogMessage } from "../core/logMessage.ts";
import { nodeId } from "../core/node.ts";
import { createDbtMessages } from "./dbtMessages.ts";
import { facts, recorder, result, runResult, summary } from "./eventFixtures.ts";
import { createEventStream } from "./eventStream.ts";
import { createLogSink } from "./logSink.ts";

const START = "2026-11-21T06:12:03.000Z";

function lines(tell: (emit: ReturnType<typeof createEventStream>) => void): string[] {
	const stdout = recorder();
	const lookup = (id: string) => facts(id, { relation: `dev.${id.split(".")[2]}`, file: "models/x.sql" });
	const stamp = { invocationId: "i", pid: 1, extra: {} };
	const write = createLogSink({ form: "text", level: "info", stamp, write: stdout.write });
	const dbt = createDbtMessages({ write, lookup, info: () => undefined, hooks: new Map() });
	tell(createEventStream({ runId: "r", clock: () => new Date(START), secrets: [], subscribers: [dbt] }));
	return stdout.text().split("\n");
}

const started = (id: string, type: "model" | "test"): Extract<RunEvent, { event: "node.started" }> =>
	({
		event: "node.started",
		node_id: nodeId(id),
		name: id.split(".")[2],
		resource_type: type,
		layer: null,
		materialized: type === "model" ? "view" : "test",
		thread: "Thread-1",
	}) as never;

test("a remark that dbt has holds the fields of dbt's event, and where it stands for several it is as many", () => {
	const seen: unknown[] = [];
	const write = ({ name, data }: LogMessage): void => void seen.push([name, data]);
	const dbt = createDbtMessages({ write, lookup: () => undefined, info: () => undefined, hooks: new Map() });
	const emit = createEventStream({ runId: "r", clock: () => new Date(START), secrets: [], subscribers: [dbt] });
	const all = ["where", "tags"].map((key) => ({ key, file: "models/a.yml", key_path: `data_tests.unique.${key}` }));
	const at = { file: "models/a.yml", line: 6, column: 13 };
	const facts = { test: "unique", target: 'model "a"', found: ["where", "tags"], all };
	const older = diagnostic("TFM-DEPR-016", facts, { at, severity: "warning" });
	const seed = diagnostic("TFM-STATE-006", { seed: "s", package: "p", verdict: "grown" }, { severity: "warning" });
	for (const remark of [older, seed]) emit({ event: "diagnostic", diagnostic: remark }, "warn");
	const own = { code: "TFM-DEPR-016", msg: older.message, line: 6 };
	expect(seen).toEqual([
		["PropertyMovedToConfigDeprecation", { ...own, ...all[0] }],
		["PropertyMovedToConfigDeprecation", { ...own, ...all[1] }],
		["SeedIncreased", { code: "TFM-STATE-006", msg: seed.message, package_name: "p", name: "s" }],
	]);
});

test("a run in dbt's lines: numbered, dotted to 80 columns, and counted at the end", () => {
	const model = result("model.shop.orders", "success", { message: "CREATE VIEW", execution_time: 0.914 });
	const failed = result("test.shop.unique_id", "fail", {
		failures: 2,
		message: "Got 2 results, configured to fail if != 0",
	});
	const seen = lines((emit) => {
		emit(started("model.shop.orders", "model"));
		emit({ event: "node.finished", node_id: model.unique_id, name: "orders", layer: null, result: model });
		emit(started("test.shop.unique_id", "test"));
		emit({ event: "test.finished", node_id: failed.unique_id, name: "unique_id", layer: null, result: failed });
		const run = runResult({ results: [model, failed], exitCode: 1, elapsed: 61.5 });
		emit({ event: "run.finished", run, summary: summary({}) });
	});
	expect(seen.slice(0, 4)).toEqual([
		`06:12:03  ${"1 of 0 START sql view model dev.orders ".padEnd(80, ".")} [RUN]`,
		`06:12:03  ${"1 of 0 OK created sql view model dev.orders ".padEnd(80, ".")} [CREATE VIEW in 0.91s]`,
		`06:12:03  ${"2 of 0 START test unique_id ".padEnd(80, ".")} [RUN]`,
		`06:12:03  ${"2 of 0 FAIL 2 unique_id ".padEnd(80, ".")} [FAIL 2 in 0.20s]`,
	]);
	expect(seen).toContain(
		"06:12:03  Finished running 1 test, 1 view model in 0 hours 1 minutes and 1.50 seconds (61.50s).",
	);
	expect(seen).toContain("06:12:03  Completed with 1 error, 0 partial successes, and 0 warnings:");
	expect(seen).toContain("06:12:03    Got 2 results, configured to fail if != 0");
	expect(seen.at(-2)).toBe("06:12:03  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 REUSED=0 TOTAL=2");
});

test("a remark stands with its code, and with dbt's words where they are known", () => {
	const remark = diagnostic("TFM-STATE-007", { dir: "target" }, { severity: "warning" });
	expect(lines((emit) => emit({ event: "diagnostic", diagnostic: remark }, "warn")).slice(0, 2)).toEqual([
		"06:12:03  [WARNING][TFM-STATE-007]: --state and the target folder are the same: target",
		"The state and target directories are the same: 'target'",
	]);
});

test("what reads an ephemeral model that fails is skipped for it, in dbt's words, and counted among the errors", () => {
	const failing = { message: "Compilation Error in model a (models/x.sql)\n  nope", failedIn: "model.shop.e" };
	const reader = result("model.shop.a", "error", failing);
	const further = result("model.shop.b", "skipped", { held: { kind: "upstream", node: reader.unique_id } });
	const seen = lines((emit) => {
		emit(started("model.shop.a", "model"));
		for (const one of [reader, further])
			emit({ event: "node.finished", node_id: one.unique_id, name: one.unique_id, layer: null, result: one });
		const run = runResult({ results: [reader, further], exitCode: 1 });
		emit({ event: "run.finished", run, summary: summary({}) });
	});
	const told = ["06:12:03  [ERROR]: in model e (models/x.sql)"].concat(
		"06:12:03    Compilation Error in model e (models/x.sql)",
		"  nope",
	);
	expect(seen.slice(1, 5)).toEqual([expect.stringContaining("due to ephemeral model status 'error'"), ...told]);
	expect(seen.slice(5, 9)).toEqual([expect.stringContaining("[ERROR SKIP]"), ...told]);
	expect(seen).toContain("06:12:03  Completed with 2 errors, 0 partial successes, and 0 warnings:");
	expect(seen.at(-2)).toBe("06:12:03  Done. PASS=0 WARN=0 ERROR=0 SKIP=2 NO-OP=0 REUSED=0 TOTAL=2");
});

test("a seed or clone of nothing says that it is done; a run leaves it at what stands before (dbt)", () => {
	const nothing = (command: string) =>
		lines((emit) => emit({ event: "run.finished", run: runResult({ command, results: [] }), summary: summary({}) }));
	expect(nothing("seed").filter((line) => line.includes("Done."))).toHaveLength(1);
	expect(nothing("source freshness")).toContain("06:12:03  Done.");
	expect(nothing("run").filter((line) => line.includes("Done."))).toEqual([]);
});
