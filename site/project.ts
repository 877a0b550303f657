import { type GraphData, NODE_TYPES, type NodeState, type NodeType, STATUSES } from "../src/docs/siteData.ts";

/** The graph with what pages ask of it. Nodes are their positions. */
export interface Project extends GraphData {
	readonly count: number;
	id(node: number): string;
	/** `staging.orders`; the whole id where two nodes share that. */
	key(node: number): string;
	find(keyOrId: string): number | undefined;
	type(node: number): NodeType;
	/** As the run that goes on has it, else as the last one left it. */
	status(node: number): NodeState;
	/** What the run that goes on has made of nodes so far. It changes in place, and `tick` with it. */
	readonly live: { tick: number; readonly states: Map<number, NodeState> };
	laneName(node: number): string;
	/** The nodes of a lane, from left to right, then from top to bottom. */
	laneNodes(lane: number): readonly number[];
	readonly parents: Neighbours;
	readonly children: Neighbours;
	/** What a lens says of nodes that the graph itself does not know. */
	readonly told?: ReadonlyMap<number, string>;
	/** Lower case names, for searching. */
	readonly lower: readonly string[];
}

export type Neighbours = (node: number) => readonly number[];

export function createProject(graph: GraphData): Project {
	const { nodes, lanes, packages, edges } = graph;
	const count = nodes.name.length;
	const id = (node: number): string =>
		`${NODE_TYPES[nodes.type[node]!]}.${packages[nodes.package[node]!]}.${nodes.name[node]}`;
	const short = (node: number): string => `${lanes[nodes.lane[node]!]!.name}.${nodes.name[node]}`;
	const byKey = new Map<string, number>();
	const twice = new Set<string>();
	for (let node = 0; node < count; node++) {
		const key = short(node);
		if (byKey.has(key)) twice.add(key);
		byKey.set(key, node);
	}
	const live = { tick: 0, states: new Map<number, NodeState>() };
	let byId: Map<string, number> | undefined;
	let inLanes: readonly number[][] | undefined;
	const key = (node: number): string => (twice.has(short(node)) ? id(node) : short(node));
	return {
		...graph,
		count,
		id,
		key,
		find: (asked) => {
			if (byKey.has(asked) && !twice.has(asked)) return byKey.get(asked);
			byId ??= new Map(nodes.name.map((_, node) => [id(node), node]));
			return byId.get(asked);
		},
		type: (node) => NODE_TYPES[nodes.type[node]!]!,
		status: (node) => live.states.get(node) ?? STATUSES[nodes.status[node]!]!,
		live,
		laneName: (node) => lanes[nodes.lane[node]!]!.name,
		laneNodes: (lane) => {
			inLanes ??= lanesOf(graph);
			return inLanes[lane]!;
		},
		parents: neighbours(count, edges, 1),
		children: neighbours(count, edges, 0),
		lower: nodes.name.map((name) => name.toLowerCase()),
	};
}

function lanesOf({ lanes, nodes: { lane, x, y } }: GraphData): number[][] {
	const found: number[][] = lanes.map(() => []);
	for (const [node, l] of lane.entries()) found[l]!.push(node);
	for (const list of found) list.sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]! || a - b);
	return found;
}

/** `from` 0: ends of edges by their beginnings; 1: beginnings by their ends. */
function neighbours(count: number, edges: readonly number[], from: 0 | 1): Neighbours {
	const start = new Int32Array(count + 1);
	for (let e = 0; e < edges.length; e += 2) start[edges[e + from]! + 1]!++;
	for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
	const fill = start.slice();
	const target = new Int32Array(edges.length / 2);
	for (let e = 0; e < edges.length; e += 2) target[fill[edges[e + from]!]!++] = edges[e + 1 - from]!;
	return (node) => Array.from(target.subarray(start[node]!, start[node + 1]!));
}

/** All that can be reached in `next` within so many steps, without the beginning. */
export function reach(from: Iterable<number>, next: Neighbours, steps = Number.POSITIVE_INFINITY): Set<number> {
	const found = new Set<number>();
	let edge = [...from];
	for (let step = 0; step < steps && edge.length > 0; step++) {
		const beyond: number[] = [];
		for (const node of edge)
			for (const neighbour of next(node))
				if (!found.has(neighbour)) {
					found.add(neighbour);
					beyond.push(neighbour);
				}
		edge = beyond;
	}
	return found;
}
