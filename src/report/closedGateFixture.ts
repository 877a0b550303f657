/** The stream of a run whose silver gate closes, for the tests of the display. Nothing here is imported by product code. */
import type { EventBody } from "../core/events.ts";
import { nodeId } from "../core/node.ts";
import { facts, result, runResult, summary, table } from "./eventFixtures.ts";

export const USERS = "model.acme.stg_users";
export const EVENTS = "model.acme.stg_events";
export const UNIQUE = "test.acme.unique_stg_users_id.1a2b3c4d5e";
const ORDERS = "model.acme.orders";
const REVENUE = "model.acme.revenue";

export const known = [
	[USERS, facts(USERS, { label: "silver.stg_users", layer: "silver", owner: "@identity" })],
	[EVENTS, facts(EVENTS, { label: "silver.stg_events", layer: "silver" })],
	[ORDERS, facts(ORDERS, { label: "gold.orders", layer: "gold", owner: "@finance" })],
	[REVENUE, facts(REVENUE, { label: "gold.revenue", layer: "gold", owner: "@finance" })],
	[
		UNIQUE,
		facts(UNIQUE, {
			name: "unique_stg_users_id",
			label: "unique(silver.stg_users.id)",
			layer: "silver",
			owner: "@identity",
			file: "models/silver/stg_users.yml",
			line: 9,
			test: "unique",
			piiColumns: new Set(["email"]),
			sqlPath: "target/run/acme/models/silver/stg_users.yml/unique_stg_users_id.sql",
			storedIn: '"dbt_test__audit"."unique_stg_users_id"',
		}),
	],
] as const;

export const started: Extract<EventBody, { event: "run.started" }> = {
	event: "run.started",
	command: "run",
	project: "acme",
	target: "prod",
	engine: "postgres",
	threads: 8,
	version: "0.1.0",
	layers: ["bronze", "silver", "gold"],
	counts: { model: 60, test: 2, load: 1 },
	perLayer: [
		{ layer: "bronze", nodes: 1, tests: 0 },
		{ layer: "silver", nodes: 2, tests: 1 },
		{ layer: "gold", nodes: 2, tests: 0 },
	],
	gates: true,
};

export const layerStarted = (layer: string, nodes: number, tests: number): EventBody => ({
	event: "layer.started",
	layer,
	nodes,
	tests,
});

export const nodeStarted = (id: string, layer: string): EventBody => ({
	event: "node.started",
	node_id: nodeId(id),
	name: id.split(".")[2]!,
	resource_type: id.startsWith("test") ? "test" : "model",
	layer,
	materialized: id.startsWith("test") ? "test" : "table",
	thread: "Thread-1",
});

export const layerFinished = (
	layer: string,
	rest: Partial<Extract<EventBody, { event: "layer.finished" }>>,
): EventBody => ({
	event: "layer.finished",
	layer,
	status: "published",
	built: 0,
	nodes: 0,
	failed: 0,
	warned: 0,
	testsPassed: 0,
	tests: 0,
	duration_ms: 0,
	...rest,
});

export const duplicates = table(
	[
		["id", "integer"],
		["n_records", "integer"],
		["email", "text"],
	],
	[
		[10442, 3, "anna@acme.test"],
		[10997, 2, "karl@acme.test"],
		[11002, 2, null],
	],
);
const failedUnique = result(UNIQUE, "fail", {
	resource_type: "test",
	layer: "silver",
	failures: 3,
	message: "Got 3 results, configured to fail if != 0",
	sample: duplicates,
});
export const users = result(USERS, "success", {
	layer: "silver",
	adapter_response: { _message: "SELECT 20", rows_affected: 20 },
	published: "held",
	held: { kind: "test", test: nodeId(UNIQUE) },
});
export const skipped = (id: string): EventBody => ({
	event: "node.finished",
	node_id: nodeId(id),
	name: id.split(".")[2]!,
	layer: "gold",
	result: result(id, "skipped", {
		layer: "gold",
		message: "Skipped: model.acme.stg_users was held",
		published: "blocked",
		held: { kind: "upstream", node: nodeId(USERS) },
	}),
});

export const closedGate: readonly EventBody[] = [
	started,
	layerStarted("bronze", 1, 0),
	{
		event: "load.finished",
		node_id: nodeId("source.acme.crm.users"),
		layer: "bronze",
		files: 2,
		skipped: 1,
		rows: 27,
		rejects: 1,
		duration_ms: 140,
	},
	layerFinished("bronze", { built: 1, nodes: 1, duration_ms: 4200 }),
	layerStarted("silver", 2, 1),
	nodeStarted(USERS, "silver"),
	nodeStarted(EVENTS, "silver"),
	{ event: "node.finished", node_id: nodeId(USERS), name: "stg_users", layer: "silver", result: users },
	nodeStarted(UNIQUE, "silver"),
	{
		event: "test.finished",
		node_id: nodeId(UNIQUE),
		name: "unique_stg_users_id",
		layer: "silver",
		result: failedUnique,
	},
	{
		event: "node.finished",
		node_id: nodeId(EVENTS),
		name: "stg_events",
		layer: "silver",
		result: result(EVENTS, "success", { layer: "silver", published: "published", execution_time: 31 }),
	},
	{
		event: "gate.closed",
		layer: "silver",
		failed: [nodeId(UNIQUE)],
		held: [nodeId(USERS)],
		published: [nodeId(EVENTS)],
	},
	layerFinished("silver", {
		status: "held",
		built: 2,
		nodes: 2,
		failed: 1,
		testsPassed: 0,
		tests: 1,
		duration_ms: 38_900,
	}),
	layerStarted("gold", 2, 0),
	skipped(ORDERS),
	skipped(REVENUE),
	layerFinished("gold", { status: "blocked", nodes: 2 }),
	{
		event: "run.finished",
		run: runResult({ exitCode: 1, results: [users, failedUnique] }),
		summary: summary({
			built: 3,
			published: [nodeId(EVENTS)],
			held: [nodeId(USERS)],
			blocked: [nodeId(ORDERS), nodeId(REVENUE)],
			failed: [nodeId(UNIQUE)],
			tests: { passed: 0, failed: 1, warned: 0, errored: 0, skipped: 0 },
			slowest: [{ node: nodeId(EVENTS), seconds: 31 }],
			leftUntouched: [nodeId(USERS), nodeId(ORDERS), nodeId(REVENUE)].sort(),
		}),
	},
];
