import { describe, expect, it } from "vitest";
import type { NodeId } from "../core/node.ts";
import { decideGate, type GateFacts } from "./gate.ts";

const n = (name: string) => name as NodeId;
const ids = (text: string) => text.split(" ").filter(Boolean).map(n);

/** `a>b` reads: b reads a. */
function decide(edges: string, facts: Partial<GateFacts> & { groups?: Record<string, string> }) {
	const readers = new Map<string, NodeId[]>();
	for (const edge of edges.split(" ").filter(Boolean)) {
		const [from, to] = edge.split(">") as [string, string];
		readers.set(from, [...(readers.get(from) ?? []), n(to)]);
	}
	const candidates = facts.candidates ?? [];
	return decideGate({
		layer: "staging",
		policy: "error",
		scope: "lineage",
		candidates,
		ofLayer: new Set(candidates),
		failedNodes: [],
		failedTests: [],
		missing: [],
		readersOf: (id) => readers.get(id) ?? [],
		groupOf: (id) => facts.groups?.[id] ?? null,
		...facts,
	});
}

const failedTest = (test: string, holds: string, landing = false) => ({ test: n(test), holds: ids(holds), landing });

describe("decideGate", () => {
	it("lets everything through when nothing failed", () => {
		const { closed, held } = decide("a>b", { candidates: ids("a b") });
		expect({ closed, held: held.size }).toEqual({ closed: false, held: 0 });
	});

	it("holds what a failed test reads and all that descends from it, and nothing else", () => {
		const decision = decide("a>b b>c x>y", { candidates: ids("a b c x y"), failedTests: [failedTest("t", "b")] });
		expect([...decision.held.keys()]).toEqual(["b", "c"]);
		expect(decision.held.get(n("b"))).toEqual({ kind: "test", test: "t" });
		expect(decision.held.get(n("c"))).toEqual({ kind: "upstream", node: "b" });
	});

	it("names the first cause for everything below it", () => {
		const decision = decide("a>b b>c", { candidates: ids("a b c"), failedTests: [failedTest("t", "a")] });
		expect(decision.held.get(n("c"))).toEqual({ kind: "upstream", node: "a" });
	});

	it("holds the rest of a publish group, and what descends from that", () => {
		const decision = decide("a>b c>d", {
			candidates: ids("a b c d e"),
			groups: { b: "g", c: "g" },
			failedTests: [failedTest("t", "a")],
		});
		expect([...decision.held.keys()]).toEqual(["a", "b", "c", "d"]);
		expect(decision.held.get(n("c"))).toEqual({ kind: "publish_group", group: "g" });
	});

	it("holds a publish group of which a member was not even built", () => {
		const decision = decide("", { candidates: ids("a b"), groups: { a: "g", z: "g" }, missing: ids("z") });
		expect([...decision.held.keys()]).toEqual(["a"]);
	});

	it("holds the whole layer under gate_scope: layer, but nothing of earlier layers", () => {
		const decision = decide("", {
			scope: "layer",
			candidates: ids("early a b"),
			ofLayer: new Set(ids("a b")),
			failedTests: [failedTest("t", "a")],
		});
		expect([...decision.held.keys()]).toEqual(["a", "b"]);
		expect(decision.held.get(n("b"))).toEqual({ kind: "gate", layer: "staging" });
	});

	it("holds only what descends from a landing table, even under gate_scope: layer", () => {
		const decision = decide("raw>a", {
			scope: "layer",
			candidates: ids("a b"),
			failedTests: [failedTest("t", "raw", true)],
		});
		expect([...decision.held.keys()]).toEqual(["a"]);
		expect([...decision.blocked.keys()]).toEqual(["raw"]);
	});

	it("reaches through nodes that leave no relation", () => {
		const decision = decide("a>pass pass>b", { candidates: ids("a b"), failedTests: [failedTest("t", "a")] });
		expect([...decision.held.keys()]).toEqual(["a", "b"]);
		expect([...decision.blocked.keys()]).toEqual(["pass"]);
	});

	it.each(["warn", "off"] as const)("holds nothing for a test when the gate is %s", (policy) => {
		const { closed, held } = decide("a>b", { policy, candidates: ids("a b"), failedTests: [failedTest("t", "a")] });
		expect({ closed, held: held.size }).toEqual({ closed: false, held: 0 });
	});

	it("ends on a publish group that holds itself in a circle", () => {
		const decision = decide("a>b b>c c>d", {
			candidates: ids("a b c d"),
			groups: { a: "g", d: "g", b: "h", c: "h" },
			failedTests: [failedTest("t", "c")],
		});
		expect([...decision.held.keys()]).toEqual(["a", "b", "c", "d"]);
	});
});
