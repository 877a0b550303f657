import { expect, test } from "vitest";
import type { EventBody } from "../core/events.ts";
import { nodeId } from "../core/node.ts";
import { closedGate, EVENTS, known, layerStarted, nodeStarted, started, USERS } from "./closedGateFixture.ts";
import { play, result, runResult, summary } from "./eventFixtures.ts";

/** With the escape character made visible. */
const lines = (text: string): string => `\n${text.replaceAll("\x1b", "␛")}`;

test("a closed gate in a pipe: layers, the failure once in full, what was published, held and blocked, and what next", () => {
	const { stdout, stderr } = play(closedGate, { facts: known });
	expect(stderr).toBe("");
	expect(lines(stdout)).toMatchInlineSnapshot(`
		"
		tfm 0.1.0 · acme · prod (postgres) · 8 threads · 60 models, 1 load, 2 tests · run 01JD4Z7Q

		 bronze  1 node
		 ! source.acme.crm.users                        load          0.1s   2 new files, 1 known, 27 rows, 1 reject   tfm show --rejects source.acme.crm.users
		 bronze   ✓ 1/1                                4.2s
		 silver  2 nodes, 1 test
		 ✗ unique(silver.stg_users.id)                  test          0.2s   3 duplicate keys, 7 rows
		 silver   ✗ 2/2     1 failed                  38.9s   tests 0/1       GATE CLOSED
		 gold  2 nodes
		 gold     ↷ 0/2     blocked by silver gate

		 ✗ unique(silver.stg_users.id)                          3 duplicate keys, 7 rows
		   models/silver/stg_users.yml:9   owner @identity
		        id   n_records   email (masked)
		     10442           3   a***@acme.test
		     10997           2   k***@acme.test
		     11002           2   null
		   Rows kept in  "dbt_test__audit"."unique_stg_users_id"
		   Reproduce     tfm show --failures unique_stg_users_id
		   SQL           target/run/acme/models/silver/stg_users.yml/unique_stg_users_id.sql
		   Holds back    silver.stg_users
		   Blocks        2 gold models (owner @finance); previous silver and gold tables were left untouched

		 Published 1  silver.stg_events
		 Held      1  silver.stg_users
		 Blocked   2  gold.orders, gold.revenue

		 Failed  3 built · 1 held · 2 blocked     tests 1 failed      43.1s
		 Slowest stg_events 31.0s
		 Next    fix, then  tfm retry        (reuses the candidates that are unchanged, then the blocked models)
		         or         tfm test --candidates -s unique_stg_users_id        (once more, on what was held)
		"
	`);
});

test("a layer names the gate that blocks it, not the first one that closed", () => {
	const [begin, ...rest] = closedGate;
	const bronze: EventBody = { event: "gate.closed", layer: "bronze", failed: [], held: [], published: [] };
	const { stdout } = play([begin!, bronze, ...rest], { facts: known });
	expect(stdout).toContain("gold     ↷ 0/2     blocked by silver gate");
	expect(stdout).not.toContain("bronze gate");
});

test("with -q only the failures and the last lines are left", () => {
	expect(lines(play(closedGate, { facts: known, output: { verbosity: -1 } }).stdout)).toMatchInlineSnapshot(`
		"
		 ✗ unique(silver.stg_users.id)                          3 duplicate keys, 7 rows
		   models/silver/stg_users.yml:9   owner @identity
		        id   n_records   email (masked)
		     10442           3   a***@acme.test
		     10997           2   k***@acme.test
		     11002           2   null
		   Rows kept in  "dbt_test__audit"."unique_stg_users_id"
		   Reproduce     tfm show --failures unique_stg_users_id
		   SQL           target/run/acme/models/silver/stg_users.yml/unique_stg_users_id.sql
		   Holds back    silver.stg_users
		   Blocks        2 gold models (owner @finance); previous silver and gold tables were left untouched

		 Failed  3 built · 1 held · 2 blocked     tests 1 failed      43.1s
		 Next    fix, then  tfm retry        (reuses the candidates that are unchanged, then the blocked models)
		         or         tfm test --candidates -s unique_stg_users_id        (once more, on what was held)
		"
	`);
});

test("with -qq nothing is printed but what templates print", () => {
	const print: EventBody = { event: "message", text: "from a template", node_id: null, print: true };
	const { stdout, stderr } = play([print, ...closedGate], { facts: known, output: { verbosity: -2 } });
	expect({ stdout, stderr }).toEqual({ stdout: "from a template\n", stderr: "" });
});

test("GitHub Actions gets a group for each layer, with the layer's result outside", () => {
	const { stdout } = play(closedGate.slice(0, 5), { facts: known, env: { CI: "true", GITHUB_ACTIONS: "true" } });
	expect(lines(stdout)).toMatchInlineSnapshot(`
		"
		tfm 0.1.0 · acme · prod (postgres) · 8 threads · 60 models, 1 load, 2 tests · run 01JD4Z7Q

		::group::bronze  1 node
		 ! source.acme.crm.users                        load          0.1s   2 new files, 1 known, 27 rows, 1 reject   tfm show --rejects source.acme.crm.users
		::endgroup::
		 bronze   ✓ 1/1                                4.2s
		::group::silver  2 nodes, 1 test
		::endgroup::
		"
	`);
});

test("every sign has an ASCII stand-in where the locale is not UTF-8", () => {
	const { stdout } = play(closedGate, { facts: known, env: { LANG: "C" } });
	expect(stdout).toMatch(/^[\n\x20-\x7e]*$/);
	expect(stdout).toContain(" silver   x 2/2 ");
});

test("live: the region shows layers, running nodes and totals, and is erased before each finished fact", () => {
	const { stdout, stderr } = play([...closedGate.slice(0, 7), "tick"], { facts: known, live: true });
	expect(stdout).toBe("");
	const last = stderr.slice(stderr.lastIndexOf("\x1b[0J", stderr.lastIndexOf("\x1b[0J") - 1) + 4);
	expect(lines(last)).toMatchInlineSnapshot(`
		"
		 silver   ╸─────────────────────  0/2          3.0s   tests 0/1
		   ▸ stg_users                      2.0s
		   ▸ stg_events                     1.0s
		 gold     waiting on silver gate
		 ✓ 1  ✗ 0  ↷ 0   · elapsed 7s
		␛[5A␛[0J"
	`);
});

test("live: the region never has more than eight lines, however much is running", () => {
	const many = Array.from({ length: 20 }, (_, n) => nodeStarted(`model.acme.m${n}`, "silver"));
	const { stderr } = play([started, layerStarted("silver", 20, 1), ...many, "tick"], { live: true });
	const region = stderr.split("\x1b[0J").at(-2)!;
	expect(region.split("\n").slice(0, -1)).toHaveLength(8);
	expect(lines(region)).toMatchInlineSnapshot(`
		"
		 silver   ╸─────────────────────  0/20        21.0s   tests 0/1
		   ▸ m0                            20.0s
		   ▸ m1                            19.0s
		   ▸ m2                            18.0s
		   … 17 more
		 bronze   waiting
		 gold     waiting on silver gate
		 ✓ 0  ✗ 0  ↷ 0   · elapsed 22s
		␛[8A"
	`);
});

test("a heartbeat says where a long run stands, on stderr", () => {
	const { stderr } = play([...closedGate.slice(0, 8), "tick"], { facts: known });
	expect(stderr).toBe(" … silver 1/2 · tests 0/1 · elapsed 8s · running stg_events 2.0s\n");
});

const flat: readonly EventBody[] = [
	{
		...started,
		layers: null,
		perLayer: [],
		gates: false,
		counts: { model: 2, test: 1 },
		engine: "pglite",
		target: "dev",
		threads: 1,
	},
	nodeStarted("model.shop.customers", "x"),
	{
		event: "node.finished",
		node_id: nodeId("model.shop.customers"),
		name: "customers",
		layer: null,
		result: result("model.shop.customers", "success", { adapter_response: { _message: "SELECT 1", rows_affected: 1 } }),
	},
	{
		event: "node.finished",
		node_id: nodeId("model.shop.orders"),
		name: "orders",
		layer: null,
		result: result("model.shop.orders", "error", { message: 'column "amont" does not exist\nLINE 3' }),
	},
	{
		event: "test.finished",
		node_id: nodeId("test.shop.assert_paid.x"),
		name: "assert_paid",
		layer: null,
		result: result("test.shop.assert_paid.x", "skipped", {
			message: "Skipped: model.shop.orders failed",
			held: { kind: "failed", node: nodeId("model.shop.orders") },
		}),
	},
	{
		event: "run.finished",
		run: runResult({ command: "build", exitCode: 1, elapsed: 1.2 }),
		summary: summary({ built: 1, tests: { passed: 0, failed: 0, warned: 0, errored: 0, skipped: 1 } }),
	},
];

test("a project without layers is a flat list, and a small one lists successes", () => {
	expect(lines(play(flat).stdout)).toMatchInlineSnapshot(`
		"
		tfm 0.1.0 · acme · dev (pglite) · 1 thread · 2 models, 1 test · run 01JD4Z7Q

		 ✓ customers                                    table         0.2s   1 row
		 ✗ orders                                       model         0.2s   column "amont" does not exist
		 ↷ assert_paid                                  test                 Skipped: model.shop.orders failed

		 ✗ orders                                               error
		    column "amont" does not exist
		    LINE 3
		   Reproduce     tfm run --select orders

		 Failed  1 built · 1 failed     tests 1 skipped      1.2s
		 Next    fix, then  tfm retry        (only what failed and was skipped)
		"
	`);
});

test("a run with nothing selected says so", () => {
	const nothing: EventBody = { event: "run.finished", run: runResult({ elapsed: 0.1 }), summary: summary() };
	expect(play([nothing]).stdout).toBe("\n Passed  nothing to do: the selection is empty      0.1s\n");
});

test("a cancelled run says so once and how to go on", () => {
	const cancelling: EventBody = { event: "cancelling", signal: "SIGINT" };
	const finished: EventBody = {
		event: "run.finished",
		run: runResult({ cancelled: true, exitCode: 130, elapsed: 2 }),
		summary: summary({ built: 1 }),
	};
	expect(lines(play([cancelling, cancelling, finished]).stdout)).toMatchInlineSnapshot(`
		"
		 cancelling: running statements are being stopped; once more to stop at once

		 Cancelled  1 built      2.0s
		 Next    tfm retry        (goes on where this run stopped)
		"
	`);
});

test("secrets never reach the display, not even inside an error message", () => {
	const shown = play(
		[{ event: "message", text: "connect postgres://u:s3cret%2Fpw@db s3cret/pw", node_id: null, print: true }],
		{ secrets: ["s3cret/pw"] },
	);
	expect(shown.stdout).toBe("connect postgres://u:*****@db *****\n");
});

test("the first cancelled signal is announced by the display, so that the command line need not", () => {
	const shown = play([started, { event: "cancelling", signal: "SIGTERM" }], { live: true });
	expect(shown.stderr).toContain(" cancelling: running statements are being stopped; once more to stop at once\n");
});

test("-v tells of each publish, -vv of each statement", () => {
	const publish: EventBody = {
		event: "publish.finished",
		unit: "silver",
		ways: [
			{ node: nodeId(USERS), way: "swap" },
			{ node: nodeId(EVENTS), way: "new" },
		],
		duration_ms: 400,
		locked_ms: 20,
		waited_ms: 0,
	};
	const statement: EventBody = {
		event: "statement",
		node_id: nodeId(USERS),
		purpose: "build",
		sql: "create table x as\nselect 1",
		duration_ms: 12,
		rows: 1,
	};
	expect(lines(play([publish, statement], { output: { verbosity: 1 } }).stdout)).toMatchInlineSnapshot(`
		"
		   published silver: 1 new, 1 swap in 0.4s, waited 0 ms, locked 20 ms
		"
	`);
	expect(lines(play([statement], { output: { verbosity: 2 } }).stdout)).toMatchInlineSnapshot(`
		"
		   -- model.acme.stg_users: build, 12 ms, 1 row
		   create table x as
		   select 1
		"
	`);
});

test("with --output json the document owns stdout: the facts go to stderr", () => {
	const { stdout, stderr } = play(flat, { stdoutTaken: true });
	expect(stdout).toBe("");
	expect(stderr).toContain(" Failed  1 built");
});

/** What a terminal shows in the end: knows line ends, cursor up, and erase to the end. */
function screen(text: string): string {
	const rows: string[] = [""];
	let at = 0;
	for (const piece of text.split(/(\n|\x1b\[\d+A|\x1b\[0J)/)) {
		if (piece === "\n") rows[++at] ??= "";
		else if (piece.endsWith("A") && piece.startsWith("\x1b[")) at -= Number(piece.slice(2, -1));
		else if (piece === "\x1b[0J") rows.splice(at, rows.length - at, "");
		else rows[at] += piece;
	}
	return rows.join("\n");
}

test("after a live run the screen holds the finished facts alone, nothing of the region", () => {
	const ticking = closedGate.flatMap((event) => [event, "tick" as const]);
	const live = screen(play(ticking, { facts: known, live: true, output: { width: 200 } }).stderr);
	const plain = play(closedGate, { facts: known, output: { width: 200 } }).stdout;
	// A pipe has a header for each layer; a live terminal has the region instead.
	expect(live).toBe(plain.replace(/^ (bronze|silver|gold) {2}\d.*\n/gm, ""));
});

test("a load has one line, though it is told of as a load and as a node", () => {
	const source = "source.shop.raw.orders";
	const { stdout } = play([
		{ ...started, counts: { load: 1 } },
		{
			event: "load.finished",
			node_id: nodeId(source),
			layer: "bronze",
			files: 1,
			skipped: 0,
			rows: 7,
			rejects: 0,
			duration_ms: 30,
		},
		{
			event: "node.finished",
			node_id: nodeId(source),
			name: "orders",
			layer: "bronze",
			result: result(source, "success"),
		},
	]);
	expect(stdout.split("\n").filter((line) => line.includes("orders"))).toEqual([
		` ✓ ${source.padEnd(44)} load          0.0s   1 new file, 7 rows`,
	]);
});
