import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Cancellation } from "../core/cancellation.ts";
import type { RunEvent } from "../core/events.ts";
import { nodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { facts, recorder, result, runResult, START, summary, table } from "./eventFixtures.ts";
import { createEventStream } from "./eventStream.ts";
import { createLogFile, openLogFile } from "./logFile.ts";
import { createNdjson } from "./ndjson.ts";
import { printTable } from "./printTable.ts";
import { toRunResultsJson } from "./runResultsJson.ts";
import { toSummaryJson } from "./summaryJson.ts";

const clock = (): Date => new Date(START);
const runResultsText = (...of: Parameters<typeof toRunResultsJson>): string => [...toRunResultsJson(...of)].join("");

const rows = table(
	[
		["id", "integer"],
		["amount", "decimal"],
		["name", "text"],
		["name", "text"],
	],
	[
		[1, "12345678901234567890.10", 'say "hi", ', null],
		[20, null, "", "日本"],
	],
);

test("a table as text has dbt's grid, with numbers to the right and wide characters counted", () => {
	expect(printTable(rows, "text")).toBe(
		[
			"| id |                  amount | name       | name |",
			"| -- | ----------------------- | ---------- | ---- |",
			'|  1 | 12345678901234567890.10 | say "hi",  | null |',
			"| 20 |                    null |            | 日本 |",
			"",
		].join("\n"),
	);
});

test("a table as JSON keeps every digit and gives a repeated column its own name", () => {
	expect(printTable(rows, "json", "orders")).toBe(`{
  "node": "orders",
  "show": [
    {
      "id": 1,
      "amount": 12345678901234567890.10,
      "name": "say \\"hi\\", ",
      "name_2": null
    },
    {
      "id": 20,
      "amount": null,
      "name": "",
      "name_2": "日本"
    }
  ]
}
`);
	expect(JSON.parse(printTable(table([["x", "float"]], []), "json"))).toEqual({ show: [] });
});

test("a table as CSV tells NULL from an empty text", () => {
	expect(printTable(rows, "csv")).toBe(
		'id,amount,name,name\r\n1,12345678901234567890.10,"say ""hi"", ",\r\n20,,"",日本\r\n',
	);
});

test("whatever the cells hold, the JSON of a table parses back to them", () => {
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.string(), fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })))),
			(cells) => {
				const parsed = JSON.parse(
					printTable(
						table(
							[
								["t", "text"],
								["n", "float"],
							],
							cells,
						),
						"json",
					),
				);
				// -0 has no sign in JSON.
				expect(parsed.show).toEqual(cells.map(([t, n]) => ({ t, n: n === null ? null : n + 0 })));
			},
		),
	);
});

const meta = {
	generatedAt: "2026-11-21T06:13:00.000000Z",
	invocationId: "01JD4Z7Q",
	invocationStartedAt: "2026-11-21T06:12:03.000000Z",
	env: {},
	args: { which: "run", invocation_command: "tfm run --vars '{k: hunter2}'", threads: 4 },
	secrets: ["hunter2"],
};

test("run_results.json skips what reads an ephemeral model that fails, and what reads that, as dbt does", () => {
	const reader = result("model.shop.b", "error", { message: "no", failedIn: "model.shop.e" });
	const further = result("model.shop.c", "skipped", { held: { kind: "upstream", node: reader.unique_id } });
	const written = (results: readonly NodeResult[]) =>
		JSON.parse(runResultsText(runResult({ results }), meta)).results.map((r: NodeResult) => [r.status, r.message]);
	const words = (id: string) =>
		`Compilation Error in ${id}, caused by compilation error in referenced ephemeral model model.shop.e`;
	expect(written([reader, further])).toEqual([
		["skipped", words("model.shop.b")],
		["skipped", words("model.shop.c")],
	]);
	expect(written([{ ...reader, layer: "marts" }])).toEqual([["error", "no"]]);
});

test("run_results.json is sorted, has dbt's fields and no others, and no secrets", () => {
	const held = result("model.shop.b", "skipped", {
		message: "Held: test test.shop.t.1 failed",
		published: "held",
		held: { kind: "test", test: nodeId("test.shop.t.1") },
		adapter_response: { _message: "SELECT 3", rows_affected: 3 },
	});
	const text = runResultsText(runResult({ results: [held, result("model.shop.a", "success")] }), meta);
	expect(JSON.parse(text)).toEqual({
		metadata: {
			dbt_schema_version: "https://schemas.getdbt.com/dbt/run-results/v6.json",
			dbt_version: "1.12.6",
			generated_at: "2026-11-21T06:13:00.000000Z",
			invocation_id: "01JD4Z7Q",
			invocation_started_at: "2026-11-21T06:12:03.000000Z",
			env: {},
		},
		results: [
			expect.objectContaining({ unique_id: "model.shop.a", status: "success", message: null }),
			{
				status: "skipped",
				timing: [],
				thread_id: "Thread-1",
				execution_time: 0.2,
				adapter_response: { _message: "SELECT 3", rows_affected: 3 },
				message: "Held: test test.shop.t.1 failed",
				failures: null,
				unique_id: "model.shop.b",
				compiled: true,
				compiled_code: null,
				relation_name: null,
				batch_results: null,
				overload_results: null,
			},
		],
		elapsed_time: 43.1,
		args: { invocation_command: "tfm run --vars '{k: *****}'", threads: 4, which: "run" },
	});
});

test("run_results.json says of seeds and of what was skipped what dbt says, in the order in which nodes can be finished", () => {
	const upstream = { kind: "upstream", node: nodeId("model.shop.z") } as const;
	const results = [
		result("model.shop.a", "skipped", { message: "Skipping: it reads model.shop.z", held: upstream }),
		result("model.shop.z", "error", { message: "Database Error in model z" }),
		result("operation.shop.shop-on-run-end-0", "success"),
		result("operation.shop.shop-on-run-start-0", "success"),
		result("seed.shop.s", "no-op", { message: "unchanged", relation_name: "s" }),
	];
	const order = ["seed.shop.s", "model.shop.z", "model.shop.a"].map(nodeId);
	const written = JSON.parse(runResultsText(runResult({ results }), { ...meta, order })).results;
	expect(written).toMatchObject([
		{ unique_id: "operation.shop.shop-on-run-start-0" },
		{ unique_id: "seed.shop.s", status: "success", compiled: null, relation_name: null },
		{ unique_id: "model.shop.z", message: "Database Error in model z" },
		{ unique_id: "model.shop.a", message: null },
		{ unique_id: "operation.shop.shop-on-run-end-0" },
	]);
});

test("the summary document lists problems by id and says how the run ended", () => {
	const failed = result("test.shop.t.1", "fail", { failures: 2, message: "Got 2 results, configured to fail if != 0" });
	const text = toSummaryJson(runResult({ exitCode: 1, results: [failed] }), summary({ built: 1 }));
	expect(JSON.parse(text)).toMatchObject({
		v: 1,
		status: "failed",
		exit_code: 1,
		built: 1,
		problems: [{ unique_id: "test.shop.t.1", status: "fail", failures: 2, code: null }],
	});
});

test("events are stamped in sequence, redacted at any depth, and personal data in samples is masked for everybody", () => {
	const seen: RunEvent[] = [];
	const person = facts("test.shop.t.1", { piiColumns: new Set(["email"]) });
	const emit = createEventStream({
		runId: "r1",
		clock,
		secrets: ["hunter2", "", "x"],
		subscribers: [{ receive: (event) => seen.push(event) }],
		lookup: () => person,
	});
	emit({ event: "message", text: "pw hunter2", node_id: null, print: false });
	emit({
		event: "test.finished",
		node_id: nodeId("test.shop.hunter2.1"),
		name: "t",
		layer: null,
		result: result("test.shop.t.1", "fail", {
			message: "key hunter2",
			sample: table([["email", "text"]], [["anna@acme.test"], ["M"], [null]]),
		}),
	});
	expect(seen[0]).toEqual({
		v: 1,
		ts: "2026-11-21T06:12:03.000Z",
		level: "info",
		run_id: "r1",
		seq: 1,
		event: "message",
		text: "pw *****",
		node_id: null,
		print: false,
	});
	expect(seen[1]).toMatchObject({
		seq: 2,
		level: "error",
		node_id: "test.shop.hunter2.1",
		result: { message: "key *****", sample: { rows: [["a***@acme.test"], ["***"], [null]] } },
	});
});

test("an aborted signal becomes one cancelling event, and the one who told the user says so", () => {
	const seen: string[] = [];
	const controller = new AbortController();
	const emit = createEventStream({
		runId: "r1",
		clock,
		secrets: [],
		subscribers: [{ receive: (event) => seen.push(event.event) }],
		signal: controller.signal,
	});
	const cancellation = new Cancellation("SIGINT");
	controller.abort(cancellation);
	emit({ event: "cancelling", signal: "SIGINT" });
	expect({ seen, announced: cancellation.announced }).toEqual({ seen: ["cancelling"], announced: true });
});

test("NDJSON shows debug events with -vv only, and the end of the run even with -q", () => {
	const texts = ([-2, -1, 0, 2] as const).map((verbosity) => {
		const stream = recorder();
		const emit = createEventStream({
			runId: "r",
			clock,
			secrets: [],
			subscribers: [createNdjson(stream, { verbosity })],
		});
		emit({ event: "progress", text: "parsing" });
		emit({ event: "message", text: "hello", node_id: null, print: false });
		emit({ event: "run.finished", run: runResult(), summary: summary() });
		return stream
			.text()
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => JSON.parse(line).event);
	});
	expect(texts).toEqual([[], ["run.finished"], ["message", "run.finished"], ["progress", "message", "run.finished"]]);
});

test("the log file is rotated at its limit and keeps five old ones", () => {
	const folder = mkdtempSync(join(tmpdir(), "tfm-log-"));
	try {
		const target = openLogFile(join(folder, "logs", "tfm.log"));
		const log = createLogFile({ target, maxBytes: 300, onProblem: (error) => expect.unreachable(error.message) });
		const emit = createEventStream({ runId: "r", clock, secrets: [], subscribers: [log] });
		for (let n = 1; n <= 20; n++) emit({ event: "message", text: `line ${n}`, node_id: null, print: false });
		emit.close();
		expect(readdirSync(join(folder, "logs")).sort()).toEqual(
			["", ".1", ".2", ".3", ".4", ".5"].map((n) => `tfm.log${n}`),
		);
		const last = readFileSync(join(folder, "logs", "tfm.log"), "utf8")
			.trimEnd()
			.split("\n")
			.at(-1)!;
		expect(JSON.parse(last)).toMatchObject({ seq: 20, text: "line 20" });
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("a log that cannot be written is reported once and does not stop the run", () => {
	const problems: string[] = [];
	const full = (): never => {
		throw new Error("ENOSPC");
	};
	const log = createLogFile({
		target: { size: () => 0, append: full, rotate: full, close: () => {} },
		onProblem: (error) => problems.push(error.message),
	});
	const emit = createEventStream({ runId: "r", clock, secrets: [], subscribers: [log] });
	emit({ event: "progress", text: "a" });
	emit({ event: "progress", text: "b" });
	expect(problems).toEqual(["ENOSPC"]);
});
