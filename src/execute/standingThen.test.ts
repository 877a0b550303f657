import { expect, test } from "vitest";
import type { NodeId } from "../core/node.ts";
import type { GenerationRow, StoodRow } from "../core/state.ts";
import { type LayerPast, momentOf, runsToGoBackTo, standingThen } from "./standingThen.ts";

const id = (name: string): NodeId => `model.shop.${name}` as NodeId;
const at = (schema: string, identifier: string) => ({ database: "", schema, identifier });

/** `a:1 b:1 a:2`: which run put which table in place, in their order; `keep` earlier ones of each node are left. */
function pastOf(history: string, keep: number): LayerPast {
	const all = history.split(" ").map((step) => step.split(":") as [string, string]);
	const kept = all.filter(([node], i) => all.slice(i + 1).filter(([other]) => other === node).length <= keep);
	const generations = kept.map(([name, run], i): GenerationRow => {
		const present = !kept.slice(i + 1).some(([other]) => other === name);
		const names = { candidate: at("c", name), target: at("marts", name) };
		const candidate = { node: id(name), kind: "table", publish: "swap", ...names } as const;
		const keptAs = present ? null : at(`g${run}`, name);
		return {
			project: "shop",
			node: id(name),
			generation: run,
			layer: "marts",
			codeHash: "",
			seedHash: null,
			candidate,
			keptAs,
		};
	});
	const stood = kept.map(
		([name, run]): StoodRow => ({
			project: "shop",
			node: id(name),
			runId: run,
			layer: "marts",
			generation: run,
			since: `2026-01-0${run}`,
		}),
	);
	return { generations, stood, nodes: new Set(all.map(([name]) => id(name))), keep };
}

const run = (runId: string, published: readonly string[] = ["marts"]) => ({
	runId,
	published,
	startedAt: `2026-01-0${runId}`,
	endedAt: null,
});

test("a run is offered for going back only where what stood after it is kept of every relation", () => {
	// Of a the third and fourth are kept, of b all: after runs 1 and 2 an a stood that is gone.
	const past = pastOf("a:1 b:1 a:2 b:2 a:3 a:4 a:5", 2);
	const first = momentOf(past.stood, run("1"), "marts");
	expect(standingThen(past, first).missing).toEqual([id("a")]);
	expect(standingThen(past, momentOf(past.stood, run("2"), "marts")).missing).toEqual([id("a")]);
	expect(runsToGoBackTo(past, first)).toEqual(["3", "4"]);
	expect(standingThen(past, momentOf(past.stood, run("3"), "marts")).wanted.map(({ from }) => from)).toEqual(["3"]);
});

test("no run is offered where the kept tables are gone", () => {
	const past = pastOf("a:1 a:2 a:3", 1);
	const gone = { ...past, generations: past.generations.map((row) => ({ ...row, keptAs: null })) };
	expect(runsToGoBackTo(past, { at: -1, forgotten: true })).toEqual(["2"]);
	expect(runsToGoBackTo(gone, { at: -1, forgotten: true })).toEqual([]);
});
