import type { Candidate } from "../../core/adapter.ts";
import type { CompilerPort } from "../../core/compiler.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { BuildInput, NodePlan, Plan, PlanAnswer, PlanInput } from "../../core/plan.ts";
import type { RelationName } from "../../core/relation.ts";

/** Renders references by the binding, so that tests can see which relation was read. */
export function fakeCompiler(
	manifest: Manifest,
	compiled: Record<string, string>,
	ages: Readonly<Record<string, number>> = {},
): CompilerPort {
	const name = (r: RelationName): string => `"${r.schema}"."${r.identifier}"`;
	return {
		compileNode: (node, _journal, binding) => {
			const found = manifest.nodes.get(node)!;
			const reads = (manifest.parents.get(node) ?? []).map((parent) => {
				const at = binding.relationOf(parent);
				return at === undefined ? (manifest.nodes.get(parent)?.relation_name ?? parent) : name(at);
			});
			const sql = `${found.raw_code} select from ${reads.join(", ")}`.trim();
			compiled[found.name] = sql;
			return { kind: "compiled", compiled: { id: node, sql, ctes: [], macros: [], messages: [] } };
		},
		compileUnitTest: (id) => ({
			kind: "compiled",
			compiled: { id, sql: `given ${id}`, ctes: [], macros: [], messages: [] },
		}),
		renderComparison: (_id, { sql }) => ({ kind: "rendered", text: `compare ${sql}`, value: null, messages: [] }),
		readFreshness: (id) => ({
			kind: "read",
			reading: {
				max_loaded_at: "2026-01-01T00:00:00+00:00",
				snapshotted_at: "2026-01-02T00:00:00+00:00",
				age: ages[id] ?? 0,
				response: {},
			},
			messages: [],
		}),
		readChangeTimes: () => ({ kind: "read", readings: new Map(), messages: [] }),
		renderMacro: () => ({ kind: "rendered", text: "", value: null, messages: [] }),
		renderText: (text) => ({ kind: "rendered", text, value: null, messages: [] }),
		isOverridden: () => false,
		materializationOf: () => null,
		materialize: () => {
			throw new Error("no node here has a materialization of its own");
		},
		readsThis: () => false,
	};
}

export const describeCandidate = (input: BuildInput): Candidate => ({
	node: input.node.unique_id,
	kind: input.node.config.materialized === "view" ? "view" : "table",
	candidate: input.standsAt,
	target: input.target,
	publish: "swap",
	...(typeof input.node.config.publish_group === "string" ? { publishGroup: input.node.config.publish_group } : {}),
});

/** Plans whose statements are JSON commands. */
export function fakePlan(runId: string) {
	return function* plan(input: PlanInput): Plan<NodePlan> {
		if (input.kind === "scan") return { kind: "scanned", counted: new Map() };
		const node = input.node.unique_id;
		if (input.kind === "test") {
			const sql = `test ${node}`;
			const answer: PlanAnswer = yield { kind: "query", sql, purpose: "test" };
			const row = answer.kind === "table" ? answer.table.rows[0]! : [0, false, false];
			return {
				kind: "tested",
				storedIn: null,
				outcome: { failures: Number(row[0]), shouldWarn: row[1] === true, shouldError: row[2] === true },
				sample: null,
				response: {},
				executedSql: sql,
			};
		}
		if (input.kind === "unit") {
			const answer: PlanAnswer = yield { kind: "query", sql: input.sql, purpose: "unit test" };
			if (answer.kind !== "table") throw new Error("a query has a table");
			return { kind: "compared", table: answer.table, response: {}, executedSql: input.sql };
		}
		if (input.kind === "hooks") {
			const wanted = input.phase === "inPublish";
			for (const hook of input.node.config["post-hook"])
				if (hook.transaction === wanted) yield { kind: "execute", sql: hook.sql, purpose: "post-hook" };
			return { kind: "hooked", count: 1 };
		}
		const candidate = describeCandidate(input);
		yield {
			kind: "transaction",
			body: function* () {
				yield { kind: "execute", sql: `build ${node} ${runId} ${candidate.kind}`, purpose: "build" };
				yield { kind: "stands", candidate, response: { _message: "SELECT 1" } };
			},
		};
		return { kind: "built", candidate, message: "SELECT 1", response: { _message: "SELECT 1" }, executedSql: "build" };
	};
}
