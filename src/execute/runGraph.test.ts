import { describe, expect, it } from "vitest";
import type { NodeId } from "../core/node.ts";
import { buildRunGraph } from "./runGraph.ts";
import { layering, type ProjectSpec, project } from "./testing/project.ts";

const short = (id: NodeId) => id.slice(id.lastIndexOf(".") + 1);

function graph(
	spec: ProjectSpec,
	selected: string,
	options: { layers?: string[]; testsBlock?: boolean; freshness?: "selected" | "inputs" } = {},
) {
	const manifest = project(spec);
	const all = [...manifest.nodes.keys(), ...manifest.sources.keys()];
	return buildRunGraph({
		manifest,
		selected: new Set(all.filter((id) => selected.split(" ").includes(short(id)))),
		layering: options.layers === undefined ? null : layering(options.layers),
		testsBlock: options.testsBlock ?? false,
		freshness: options.freshness ?? "none",
	});
}

const kinds = (g: ReturnType<typeof graph>) => [...g.tasks.values()].map((t) => `${t.kind} ${short(t.id)}`);
const waits = (g: ReturnType<typeof graph>, name: string) =>
	[...g.tasks.keys()].filter((id) => short(id) === name).flatMap((id) => (g.dependencies.get(id) ?? []).map(short));

describe("buildRunGraph", () => {
	it("passes through what lies between selected nodes, so that order reaches across it", () => {
		const g = graph({ models: { a: {}, between: { reads: ["a"] }, c: { reads: ["between"] }, d: {} } }, "a c");
		expect(kinds(g)).toEqual(["build a", "pass between", "build c"]);
	});

	it("passes through ephemeral models even when they are selected", () => {
		const g = graph({ models: { a: {}, e: { reads: ["a"], config: { materialized: "ephemeral" } } } }, "a e");
		expect(kinds(g)).toEqual(["build a", "pass e"]);
	});

	it("loads the sources that have a load block and leaves the others to whoever fills them", () => {
		const g = graph({ sources: { s: { load: true }, x: {} }, models: { a: { reads: ["s", "x"] } } }, "s x a");
		expect(kinds(g)).toEqual(["load s", "build a"]);
	});

	it("lets a source that others fill take part when a test judges it", () => {
		const g = graph({ sources: { x: {} }, models: { a: { reads: ["x"] } }, tests: { t: { reads: ["x"] } } }, "a t");
		expect(kinds(g)).toEqual(["pass x", "build a", "test t"]);
		expect(waits(g, "a")).toEqual(["x"]);
	});

	it("asks the sources with thresholds that builds read for their age, also through ephemeral models", () => {
		const spec: ProjectSpec = {
			sources: {
				s: { fresh: true },
				t: { fresh: true },
				l: { fresh: true, load: true },
				plain: {},
				unread: { fresh: true },
			},
			models: {
				e: { reads: ["t"], config: { materialized: "ephemeral" } },
				a: { reads: ["s", "e", "plain"] },
				b: { reads: ["l"] },
			},
		};
		expect(kinds(graph(spec, "a", { freshness: "inputs" }))).toEqual([
			"freshness s",
			"freshness t",
			"pass e",
			"build a",
		]);
		expect(kinds(graph(spec, "a b l", { freshness: "inputs" }))).toContain("load l");
		expect(kinds(graph(spec, "l unread plain", { freshness: "selected" }))).toEqual([
			"freshness l",
			"freshness plain",
			"freshness unread",
		]);
		expect(kinds(graph(spec, "a"))).toEqual(["build a"]);
	});

	it("never puts a node into a stage before one that it waits for", () => {
		const spec = { models: { late: { layer: "two" }, odd: { layer: "one", reads: ["late"] } } };
		const g = graph(spec, "late odd", { layers: ["one", "two"] });
		expect(g.stages.map((s) => [s.layer?.name, s.ids.map(short)])).toEqual([["two", ["late", "odd"]]]);
	});

	it("puts a test into the latest layer that it reads", () => {
		const spec = {
			models: { a: { layer: "one" }, b: { layer: "two" } },
			tests: { both: { reads: ["a", "b"] }, first: { reads: ["a"] } },
		};
		const g = graph(spec, "a b both first", { layers: ["one", "two", "three"] });
		expect(g.stages.map((s) => [s.layer?.name, s.ids.map(short)])).toEqual([
			["one", ["a", "first"]],
			["two", ["b", "both"]],
		]);
	});
});

describe("tests that block in build", () => {
	const spec: ProjectSpec = {
		models: {
			left: {},
			right: {},
			onlyLeft: { reads: ["left"] },
			join: { reads: ["left", "right"] },
			below: { reads: ["join"] },
		},
		tests: { unique: { reads: ["left"] }, related: { reads: ["left", "right"] } },
	};
	const g = graph(spec, "left right onlyLeft join below unique related", { testsBlock: true });

	it("make the readers of their only input wait", () => {
		expect(waits(g, "onlyLeft")).toEqual(["left", "unique"]);
	});

	it("make only those wait that see all of their inputs, and of these only the first", () => {
		expect(waits(g, "join").sort()).toEqual(["left", "related", "right", "unique"]);
		expect(waits(g, "below")).toEqual(["join"]);
	});

	it("find the entry into the run behind an unselected child", () => {
		const far = graph(
			{
				models: { a: {}, skipped: { reads: ["a"] }, c: { reads: ["skipped"] } },
				tests: { t: { reads: ["a"] } },
			},
			"a c t",
			{ testsBlock: true },
		);
		expect(waits(far, "skipped")).toEqual(["a", "t"]);
	});
});
