import { expect, it } from "vitest";
import { STATUSES } from "../src/docs/siteData.ts";
import { criticalPath } from "./criticalPath.ts";

/** Names, start and duration of each, null where it was skipped; `reads`: who reads whom. */
function pathOf(
	nodes: readonly (readonly [string, number, number | null])[],
	reads: Readonly<Record<string, string[]>>,
) {
	const position = new Map(nodes.map(([name], i) => [name, i]));
	const path = criticalPath(
		{ parents: (node) => (reads[nodes[node]![0]] ?? []).map((name) => position.get(name)!) },
		{
			node: nodes.map((_, i) => i),
			start: nodes.map(([, start]) => start),
			dur: nodes.map(([, , ms]) => ms ?? 0),
			state: nodes.map(([, , ms]) => STATUSES.indexOf(ms === null ? "skipped" : "ok")),
		},
	);
	return path.map((i) => nodes[i]![0]);
}

it("goes back from what ended last through the input that ended last", () => {
	const nodes = [
		["a", 0, 10],
		["b", 0, 40],
		["c", 40, 20],
	] as const;
	expect(pathOf(nodes, { c: ["a", "b"] })).toEqual(["b", "c"]);
});

it("goes through what was no input where a layer waited for the whole layer before", () => {
	const nodes = [
		["quick", 0, 10],
		["slow", 0, 503],
		["next", 520, 15],
	] as const;
	expect(pathOf(nodes, { next: ["quick"] })).toEqual(["slow", "next"]);
});

it("prefers the input among those that ended together, and ends where all began at once", () => {
	const nodes = [
		["other", 0, 20],
		["input", 0, 20],
		["last", 20, 0],
	] as const;
	expect(pathOf(nodes, { last: ["input"] })).toEqual(["input", "last"]);
	expect(
		pathOf(
			[
				["x", 0, 0],
				["y", 0, 0],
			],
			{},
		),
	).toEqual(["x", "y"]);
	expect(pathOf([], {})).toEqual([]);
});

it("leaves out what was skipped, which took no time", () => {
	const nodes = [
		["broken", 0, 20],
		["behind", 0, null],
		["last", 30, null],
	] as const;
	expect(pathOf(nodes, { behind: ["broken"], last: ["behind"] })).toEqual(["broken"]);
});
