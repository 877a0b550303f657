import type { NodeFact } from "./projectFacts.ts";
import type { SiteSource } from "./siteSource.ts";

/** More folders than this are no layers. */
const MOST_FOLDERS = 12;

export interface Lanes {
	readonly names: readonly string[];
	/** Position in `names` of each node. */
	readonly of: readonly number[];
}

/**
 * The lane of each node. In a layered project lanes are its layers, in their order. Elsewhere they are the folders right
 * under the model folder, in the order in which they read each other: by how deep they stand on average, and where two
 * neighbours would have more edges back than forth, the other way round. What is in no layer gets lanes of its
 * own: sources and seeds first, exposures and the semantic layer last.
 */
export function findLanes(nodes: readonly NodeFact[], edges: readonly number[], layers: SiteSource["layers"]): Lanes {
	const folders = new Set(nodes.flatMap((node) => (node.type === "model" ? (node.folders[0] ?? []) : [])));
	const byFolder = folders.size <= MOST_FOLDERS;
	const lane = nodes.map(
		(node) => layers?.of(node.id) ?? laneByType(node) ?? (byFolder ? node.folders[0] : undefined) ?? "models",
	);
	const present = new Set(lane);
	const fixed = layers?.names ?? [];
	const depth = depths(nodes.length, edges);
	const middle = (name: string): number => {
		let sum = 0;
		let n = 0;
		for (let i = 0; i < lane.length; i++)
			if (lane[i] === name) {
				sum += depth[i]!;
				n++;
			}
		return sum / n;
	};
	const first = ["sources", "seeds"].filter((name) => present.has(name) && !fixed.includes(name));
	const last = ["metrics", "exposures"].filter((name) => present.has(name) && !fixed.includes(name));
	const others = [...present]
		.filter((name) => !fixed.includes(name) && !first.includes(name) && !last.includes(name))
		.map((name) => ({ name, at: middle(name) }))
		.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
		.map(({ name }) => name);
	withFewerBack(others, lane, edges);
	const names = [...first, ...fixed, ...others, ...last];
	const position = new Map(names.map((name, i) => [name, i]));
	return { names, of: lane.map((name) => position.get(name)!) };
}

/** Neighbours change places as long as that turns more edges forth than back; each time fewer are left. */
function withFewerBack(names: string[], lane: readonly string[], edges: readonly number[]): void {
	const between = new Map<string, number>();
	for (let e = 0; e < edges.length; e += 2) {
		const pair = `${lane[edges[e]!]}\0${lane[edges[e + 1]!]}`;
		between.set(pair, (between.get(pair) ?? 0) + 1);
	}
	const count = (from: string, to: string): number => between.get(`${from}\0${to}`) ?? 0;
	for (let changed = true; changed; ) {
		changed = false;
		for (let i = 1; i < names.length; i++) {
			const [a, b] = [names[i - 1]!, names[i]!];
			if (count(b, a) <= count(a, b)) continue;
			[names[i - 1], names[i]] = [b, a];
			changed = true;
		}
	}
}

function laneByType({ type }: NodeFact): string | null {
	if (type === "source") return "sources";
	if (type === "seed") return "seeds";
	if (type === "exposure") return "exposures";
	if (type === "metric" || type === "semantic_model" || type === "saved_query") return "metrics";
	if (type === "snapshot") return "snapshots";
	return null;
}

/** Longest path from the beginning; circles count once. */
function depths(count: number, edges: readonly number[]): Int32Array {
	const next: number[][] = Array.from({ length: count }, () => []);
	const waiting = new Int32Array(count);
	for (let e = 0; e < edges.length; e += 2) {
		next[edges[e]!]!.push(edges[e + 1]!);
		waiting[edges[e + 1]!]!++;
	}
	const depth = new Int32Array(count);
	const queue: number[] = [];
	for (let v = 0; v < count; v++) if (waiting[v] === 0) queue.push(v);
	for (let i = 0; i < queue.length; i++)
		for (const t of next[queue[i]!]!) {
			depth[t] = Math.max(depth[t]!, depth[queue[i]!]! + 1);
			if (--waiting[t]! === 0) queue.push(t);
		}
	return depth;
}
