import { findLanes } from "./lanes.ts";
import { layeredLayout } from "./layeredLayout.ts";
import type { NodeFact, ProjectFacts, TestFact } from "./projectFacts.ts";
import { DATA_VERSION, type GraphData, NODE_TYPES, type QualityCell } from "./siteData.ts";
import type { ResultFact, SiteSource } from "./siteSource.ts";
import type { SourceAge } from "./sourceAges.ts";
import { standings } from "./standings.ts";
import { statusIndex, statusOf } from "./statuses.ts";

/** What is only known when a node's page has been made. */
export interface PageFacts {
	readonly columns: number;
	readonly described: number;
}

interface GraphSource {
	readonly facts: ProjectFacts;
	readonly source: SiteSource;
	readonly pages: ReadonlyMap<string, PageFacts>;
	readonly ages: ReadonlyMap<string, SourceAge>;
	readonly hasColumnLineage: boolean;
	readonly homepage: string;
}

const DRAWING = { rankGap: 192, laneGap: 56, tallest: 240 };
/** Rows of a card's height; small projects have room for more, and are easier to read with it. */
const ROW = { least: 34, most: 76, height: 1500 };

/** Of what can be tested. A source that is fresh was looked at. */
const TABLES: ReadonlySet<string> = new Set(["model", "seed", "snapshot"]);

/** data/graph.json: every node's facts and place, every edge. */
export function siteGraph({ facts, source, pages, ages, hasColumnLineage, homepage }: GraphSource): GraphData {
	const { nodes, tests } = facts;
	const position = new Map(nodes.map((node, i) => [node.id, i]));
	const edges = edgesOf(nodes, position);
	const lanes = findLanes(nodes, edges, source.layers);
	const layout = layeredLayout({
		count: nodes.length,
		edges,
		lane: lanes.of,
		lanes: lanes.names.length,
		order: byFolder(nodes),
		nodeGap: rowGap(lanes.of),
		...DRAWING,
	});
	const list = lists();
	const packages = list((node: NodeFact) => node.package);
	const owners = list((node: NodeFact) => node.owner);
	const groups = list((node: NodeFact) => node.folders.join("/"));
	const materializations = list((node: NodeFact) => node.materialized);
	const tags = new Map<string, number>();
	const tagOf = (tag: string): number => {
		const known = tags.get(tag) ?? tags.size;
		tags.set(tag, known);
		return known;
	};
	const standing = standings({ nodes, tests, edges, position, results: source.results, landed: source.landed, ages });
	const result = nodes.map((node) => source.results.get(node.id));
	const built = lastBuilt(source.runs);
	const columns = {
		name: nodes.map((node) => node.label),
		package: nodes.map(packages.of),
		lane: [...lanes.of],
		type: nodes.map((node) => NODE_TYPES.indexOf(node.type)),
		status: standing.status.map((status, i) =>
			statusIndex(status === "ok" && standing.tests[i] === 0 && TABLES.has(nodes[i]!.type) ? "built" : status),
		),
		tests: standing.tests,
		failed: standing.failed,
		ms: result.map((fact) => (fact === undefined ? -1 : Math.round(fact.ms))),
		fresh: nodes.map((node, i) => {
			const loaded = ages.get(node.id)?.maxLoadedAt;
			return loaded === undefined || loaded === null ? (built(node.id, result[i]) ?? 0) : Date.parse(loaded) || 0;
		}),
		freshness: nodes.map((node) => statusIndex(statusOf(ages.get(node.id)?.status))),
		owner: nodes.map(owners.of),
		tags: nodes.map((node) => node.tags.map(tagOf)),
		group: nodes.map(groups.of),
		materialized: nodes.map(materializations.of),
		columns: nodes.map((node) => pages.get(node.id)?.columns ?? 0),
		described: nodes.map((node) => pages.get(node.id)?.described ?? 0),
		documented: nodes.map((node) => (node.documented ? 1 : 0)),
		x: Array.from(layout.x, Math.round),
		y: Array.from(layout.y, Math.round),
	};
	const last = source.runs[0];
	return {
		v: DATA_VERSION,
		project: facts.project,
		generatedAt: facts.generatedAt,
		writtenBy: source.writtenBy,
		layered: source.layers !== null,
		links: source.links,
		lanes: lanes.names.map((name, i) => ({
			name,
			x0: Math.round(layout.lanes[i]!.x0),
			x1: Math.round(layout.lanes[i]!.x1),
		})),
		packages: packages.names,
		owners: owners.names,
		tags: [...tags.keys()],
		groups: groups.names,
		materializations: materializations.names,
		nodes: columns,
		edges,
		against: [...layout.against],
		quality: qualityCells(tests, lanes.of, position, source.results),
		run:
			last === undefined
				? null
				: { id: last.id, command: last.command, status: last.status, startedAt: last.startedAt, ms: last.ms },
		failures: standing.failures,
		failed: standing.totals,
		depth: layout.ranks,
		hasColumnLineage,
		homepage,
	};
}

/** When a node was brought up to date; of one that failed or was held back since, by the last run that did build it. */
function lastBuilt(runs: SiteSource["runs"]) {
	const at = new Map<string, number>();
	for (const run of runs)
		for (const { node, status, startedAt, ms } of run.nodes)
			if (isBuilt(status) && !at.has(node)) at.set(node, startedAt + ms);
	return (id: string, last: ResultFact | undefined): number | undefined =>
		last !== undefined && isBuilt(last.status) ? last.at : at.get(id);
}

const isBuilt = (status: string): boolean => statusOf(status) === "ok" || statusOf(status) === "warn";

function rowGap(lane: readonly number[]): number {
	const sizes = new Map<number, number>();
	for (const of of lane) sizes.set(of, (sizes.get(of) ?? 0) + 1);
	const tallest = Math.max(1, ...sizes.values());
	return Math.max(ROW.least, Math.min(ROW.most, Math.round(ROW.height / tallest)));
}

function edgesOf(nodes: readonly NodeFact[], position: ReadonlyMap<string, number>): number[] {
	const edges: number[] = [];
	for (const [to, { parents }] of nodes.entries())
		for (const parent of new Set(parents)) {
			const from = position.get(parent);
			if (from !== undefined) edges.push(from, to);
		}
	return edges;
}

/** Neighbours in a folder stand together where nothing speaks against it, so that a new model moves few others. */
function byFolder(nodes: readonly NodeFact[]): number[] {
	const key = nodes.map((node) => `${node.folders.join("/")}\0${node.label}`);
	const sorted = key.map((_, i) => i).sort((a, b) => (key[a]! < key[b]! ? -1 : key[a]! > key[b]! ? 1 : a - b));
	const order = new Array<number>(nodes.length);
	for (const [rank, i] of sorted.entries()) order[i] = rank;
	return order;
}

/** Values as positions in a list of their own. */
const lists =
	() =>
	<T>(pick: (value: T) => string) => {
		const names: string[] = [];
		const known = new Map<string, number>();
		return {
			names,
			of: (value: T): number => {
				const name = pick(value);
				let at = known.get(name);
				if (at === undefined) {
					at = names.push(name) - 1;
					known.set(name, at);
				}
				return at;
			},
		};
	};

function qualityCells(
	tests: readonly TestFact[],
	laneOf: readonly number[],
	position: ReadonlyMap<string, number>,
	results: SiteSource["results"],
): QualityCell[] {
	const cells = new Map<string, { lane: number; dimension: string; counts: number[]; nodes: Set<number> }>();
	for (const test of tests) {
		const node = position.get(test.nodes[0] ?? "");
		if (node === undefined) continue;
		const dimension = test.dimension ?? "other";
		const key = `${laneOf[node]}\0${dimension}`;
		const cell = cells.get(key) ?? { lane: laneOf[node]!, dimension, counts: [0, 0, 0, 0], nodes: new Set<number>() };
		cells.set(key, cell);
		cell.counts[0]!++;
		const status = statusOf(results.get(test.id)?.status);
		if (status === "ok") cell.counts[1]!++;
		if (status === "fail") cell.counts[2]!++;
		if (status === "warn") cell.counts[3]!++;
		for (const id of test.nodes) {
			const at = position.get(id);
			if (at !== undefined && laneOf[at] === laneOf[node]) cell.nodes.add(at);
		}
	}
	return [...cells.values()]
		.sort((a, b) => a.lane - b.lane || (a.dimension < b.dimension ? -1 : 1))
		.map(({ lane, dimension, counts, nodes }) => ({
			lane,
			dimension,
			tests: counts[0]!,
			passed: counts[1]!,
			failed: counts[2]!,
			warned: counts[3]!,
			nodes: nodes.size,
		}));
}
