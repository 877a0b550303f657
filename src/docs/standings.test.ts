import { expect, it } from "vitest";
import type { NodeFact, TestFact } from "./projectFacts.ts";
import type { NodeType } from "./siteData.ts";
import type { ResultFact } from "./siteSource.ts";
import { standings } from "./standings.ts";

/** A chain: each reads the one before. */
function stand(
	chain: readonly (readonly [string, NodeType, string])[],
	results: Readonly<Record<string, string>>,
	landed: Readonly<Record<string, number>> = {},
) {
	const nodes = chain.map(([id, type, materialized]) => ({ id, type, materialized }) as NodeFact);
	const tests = [
		{ id: "t", name: "not_null_a_id", kind: "not_null", column: "id", nodes: ["a"] } as unknown as TestFact,
	];
	const result = (status: string): ResultFact => ({ status, failures: 3, message: null, ms: 1, at: 1 });
	return standings({
		nodes,
		tests,
		edges: chain.slice(1).flatMap((_, i) => [i, i + 1]),
		position: new Map(chain.map(([id], i) => [id, i])),
		results: new Map(Object.entries(results).map(([id, status]) => [id, result(status)])),
		landed: new Map(Object.entries(landed).map(([id, rejects]) => [id, { rows: 90, rejects, allRejects: rejects }])),
		ages: new Map(),
	});
}
const CHAIN = [
	["a", "model", "table"],
	["b", "model", "ephemeral"],
	["c", "exposure", "dashboard"],
] as const;

it("lets a dashboard and SQL without a table stand on what they read", () => {
	expect(stand(CHAIN, { a: "success" }).status).toEqual(["ok", "ok", "ok"]);
	expect(stand(CHAIN, { a: "error" }).status).toEqual(["fail", "warn", "warn"]);
	expect(stand(CHAIN, {}).status).toEqual(["unknown", "unknown", "unknown"]);
});

it("tells a test that failed, and the table that is held back for it, as one failure of a test", () => {
	const { status, failed, failures, totals } = stand(CHAIN, { a: "held", t: "fail" });
	expect(status[0]).toBe("fail");
	expect(failed).toEqual([1, 0, 0]);
	expect(failures.map(({ test, held, rows }) => [test?.name ?? null, held, rows])).toEqual([
		[null, true, null],
		["not_null_a_id", false, 3],
	]);
	expect(totals).toEqual({ tests: 1, nodes: 0, warning: 0 });
});

it("counts a test that was skipped as none that found something", () => {
	expect(stand(CHAIN, { a: "error", t: "skipped" }).failed).toEqual([0, 0, 0]);
});

it("comes to an end where dashboards of a foreign manifest read each other", () => {
	const circle = [...CHAIN, ["d", "exposure", ""]] as const;
	const known = stand(circle, { a: "error" });
	expect(known.status).toEqual(["fail", "warn", "warn", "warn"]);
});

it("warns of a landing table that turned rows away, and not of what reads the others", () => {
	const chain = [["a", "source", ""], CHAIN[1], CHAIN[2]] as const;
	const { status, failures, totals } = stand(chain, { a: "success" }, { a: 2 });
	expect(status).toEqual(["warn", "ok", "ok"]);
	expect(failures).toMatchObject([{ node: 0, status: "warn", test: null, rows: 2 }]);
	expect(totals).toEqual({ tests: 0, nodes: 0, warning: 1 });
	expect(stand(chain, { a: "success" }, { a: 0 }).status[0]).toBe("ok");
});
