import { expect, it } from "vitest";
import type { Journal, JournalEntry } from "../core/request.ts";
import { compileTemplate, ReplayCursor } from "../jinja/jinja.ts";
import { viewOf } from "./objects/lazyMapping.ts";
import { RecordData } from "./objects/mappingData.ts";
import { SharedGraph } from "./sharedGraph.ts";

const graphOf = (record: Record<string, unknown>) => new SharedGraph(new RecordData(record));

function journal(): Journal {
	const entries: JournalEntry[] = [];
	return { entries, append: (entry) => void entries.push(entry) };
}

/** One pass of a template; `end` keeps what it changed. */
function pass(graph: SharedGraph, written: Journal, text: string) {
	const cursor = new ReplayCursor(written);
	const view = graph.view(cursor);
	const out = compileTemplate({ file: "t", text }).render(
		{ get: (name) => (name === "graph" ? view : viewOf(undefined)) },
		{ undefined: "strict" },
	);
	return { out, end: () => graph.keep(cursor) };
}

function render(graph: SharedGraph, text: string): string {
	const { out, end } = pass(graph, journal(), text);
	end();
	return out;
}

it("what one template puts into it, the next one finds; what it took from the project stays the project's", () => {
	const node = { meta: { owner: "ann" }, tags: ["a"] };
	const graph = graphOf({ nodes: { m: node } });
	render(graph, "{% do graph.setdefault('cache', {}).update({'rows': [1], (1, 2): {'x': none}}) %}");
	render(graph, "{% do graph.cache.rows.append(2) %}{% do graph.nodes.m.meta.update(owner='bo') %}");
	render(graph, "{% do graph.cache[(1, 2)].pop('x') %}{% do graph.nodes.m.tags.append('b') %}");
	expect(render(graph, "{{ graph.cache }} {{ graph.nodes.m }}")).toBe(
		"{'rows': [1, 2], (1, 2): {}} {'meta': {'owner': 'bo'}, 'tags': ['a', 'b']}",
	);
	expect(node).toEqual({ meta: { owner: "ann" }, tags: ["a"] });
});

it("a pass that is repeated leaves nothing, and finds what the first one found", () => {
	const graph = graphOf({ seen: ["start"] });
	const text = "{% do graph.seen.append('mine') %}{{ graph.seen }}";
	const mine = journal();
	expect(pass(graph, mine, text).out).toBe("['start', 'mine']");
	render(graph, "{% do graph.seen.append('theirs') %}");
	const last = pass(graph, mine, text);
	expect(last.out).toBe("['start', 'mine']");
	last.end();
	expect(render(graph, "{{ graph.seen }}")).toBe("['start', 'theirs', 'mine']");
});

it("of two templates at a time both keep their entries, and the one that ends later wins where both changed one", () => {
	const graph = graphOf({ cache: { a: 1, b: { c: 1 }, gone: 1 } });
	const first = pass(
		graph,
		journal(),
		"{% do graph.cache.update(a=2, own='first') %}{% do graph.cache.b.update(d=2) %}{% do graph.cache.pop('gone') %}",
	);
	const second = pass(
		graph,
		journal(),
		"{% do graph.cache.update(a=3) %}{% do graph.cache.b.update(e=3) %}{% do graph.setdefault('new', []).append(1) %}",
	);
	first.end();
	second.end();
	expect(render(graph, "{{ graph }}")).toBe(
		"{'cache': {'a': 3, 'b': {'c': 1, 'd': 2, 'e': 3}, 'own': 'first'}, 'new': [1]}",
	);
});

it("refuses what holds itself", () => {
	const { end } = pass(graphOf({}), journal(), "{% set d = {} %}{% do d.update(d=d) %}{% do graph.update(d=d) %}");
	expect(end).toThrow("what a template put into graph holds itself");
});
