/** A neighbourhood of the graph, laid out: what the focus view and exports draw. */
import { type Layout, type LayoutInput, layeredLayout } from "../../src/docs/layeredLayout.ts";
import { type Project, reach } from "../project.ts";

export interface FocusOptions {
	readonly centre: readonly number[];
	readonly up: number;
	readonly down: number;
	/** Nodes whose neighbours are shown, too. */
	readonly expanded?: readonly number[];
	/** Only what lies on a way between these two. */
	readonly between?: readonly [number, number];
	/** Columns shown on nodes. */
	readonly columns?: ReadonlyMap<number, readonly string[]>;
}

export interface FocusNode {
	/** Of the project; -1: a pile of nodes that are not shown one by one. */
	readonly node: number;
	readonly pile?: { readonly n: number; readonly of: number; readonly side: "up" | "down" };
	readonly x: number;
	readonly y: number;
	readonly height: number;
	readonly columns: readonly string[];
	readonly hiddenUp: number;
	readonly hiddenDown: number;
}

export interface Focus {
	readonly nodes: readonly FocusNode[];
	/** Positions in `nodes`. */
	readonly edges: readonly (readonly [number, number])[];
	readonly width: number;
	readonly height: number;
	readonly lanes: readonly { readonly name: string; readonly x0: number; readonly x1: number }[];
	/** Left out because there were too many. */
	readonly left: number;
}

export const BOX = { width: 208, height: 46, row: 20 };
const MOST = 400;
const SIBLINGS = 40;
const SHOWN_SIBLINGS = 12;

/** Which nodes and edges; where they stand is another's work, for it takes longer. */
export interface FocusPlan {
	readonly input: LayoutInput;
	placed(layout: Layout): Focus;
	/** Laid out at once, in this thread. */
	here(): Focus;
}

export function planFocus(project: Project, options: FocusOptions): FocusPlan {
	const wanted = nodesOf(project, options);
	const piles = options.between === undefined ? pileUp(project, wanted, options) : [];
	const inside = [...wanted].sort((a, b) => a - b);
	const left = Math.max(0, inside.length - MOST);
	if (left > 0) inside.length = MOST;
	const position = new Map(inside.map((node, i) => [node, i]));
	const edges: [number, number][] = [];
	for (const [i, node] of inside.entries())
		for (const child of project.children(node)) {
			const to = position.get(child);
			if (to !== undefined) edges.push([i, to]);
		}
	for (const [i, pile] of piles.entries()) {
		const at = position.get(pile.of);
		if (at !== undefined) edges.push(pile.side === "down" ? [at, inside.length + i] : [inside.length + i, at]);
	}
	const columnsOf = (i: number): readonly string[] => options.columns?.get(inside[i] ?? -1) ?? [];
	const heightOf = (i: number): number =>
		BOX.height + columnsOf(i).length * BOX.row + (columnsOf(i).length > 0 ? 6 : 0);
	const lane = [...inside.map((node) => project.nodes.lane[node]!), ...piles.map(({ lane: of }) => of)];
	const used = [...new Set(lane)].sort((a, b) => a - b);
	const input: LayoutInput = {
		count: lane.length,
		edges: edges.flat(),
		lane: lane.map((l) => used.indexOf(l)),
		lanes: used.length,
		order: [...inside.map((node) => project.nodes.y[node]!), ...piles.map(() => Number.MAX_SAFE_INTEGER)],
		rankGap: BOX.width + 64,
		laneGap: 28,
		nodeGap: lane.map((_, i) => heightOf(i) + 22),
	};
	const placed = (layout: Layout): Focus => {
		const top = Math.min(...lane.map((_, i) => layout.y[i]! - heightOf(i) / 2));
		const first = Math.min(...layout.x);
		const all = [...inside, ...piles.map(() => -1)];
		const nodes = all.map((node, i): FocusNode => {
			const pile = piles[i - inside.length];
			return {
				node,
				...(pile === undefined ? {} : { pile: { n: pile.n, of: pile.of, side: pile.side } }),
				x: layout.x[i]! - first,
				y: layout.y[i]! - heightOf(i) / 2 - top,
				height: heightOf(i),
				columns: columnsOf(i),
				hiddenUp: node < 0 ? 0 : project.parents(node).filter((other) => !position.has(other)).length,
				hiddenDown: node < 0 ? 0 : project.children(node).filter((other) => !position.has(other)).length,
			};
		});
		return {
			nodes,
			edges,
			width: Math.max(...nodes.map(({ x }) => x)) + BOX.width,
			height: Math.max(...nodes.map(({ y, height }) => y + height)),
			lanes: used.map((l, i) => ({
				name: project.lanes[l]!.name,
				x0: layout.lanes[i]!.x0 - first,
				x1: layout.lanes[i]!.x1 - first,
			})),
			left,
		};
	};
	return { input, placed, here: () => placed(layeredLayout(input)) };
}

function nodesOf(project: Project, { centre, up, down, expanded = [], between }: FocusOptions): Set<number> {
	if (between !== undefined) return waysBetween(project, between);
	const found = new Set(centre);
	for (const node of reach(centre, project.parents, up)) found.add(node);
	for (const node of reach(centre, project.children, down)) found.add(node);
	for (const node of expanded) {
		found.add(node);
		for (const other of [...project.parents(node), ...project.children(node)]) found.add(other);
	}
	return found;
}

/** What can be reached from one and reaches the other, whichever of the two comes first. */
export function waysBetween(project: Project, [a, b]: readonly [number, number]): Set<number> {
	const ways = (from: number, to: number): Set<number> => {
		const after = reach([from], project.children).add(from);
		if (!after.has(to)) return new Set();
		return after.intersection(reach([to], project.parents).add(to));
	};
	const forward = ways(a, b);
	const found = forward.size > 0 ? forward : ways(b, a);
	return found.size > 0 ? found : new Set([a, b]);
}

interface Pile {
	readonly n: number;
	readonly of: number;
	readonly side: "up" | "down";
	readonly lane: number;
}

/** A node with more than forty neighbours shows a dozen; the rest are a pile, unless they were asked for. */
function pileUp(project: Project, wanted: Set<number>, { centre, expanded = [] }: FocusOptions): Pile[] {
	const piles: Pile[] = [];
	const keep = new Set([...centre, ...expanded]);
	for (const of of [...wanted])
		for (const [side, next, back] of [
			["down", project.children, project.parents],
			["up", project.parents, project.children],
		] as const) {
			if (expanded.includes(of)) continue;
			// Only what hangs on this node alone can be put away without cutting another's edge.
			const alone = next(of).filter(
				(other) =>
					wanted.has(other) &&
					!keep.has(other) &&
					back(other).every((o) => o === of || !wanted.has(o)) &&
					next(other).every((o) => !wanted.has(o)),
			);
			if (alone.length <= SIBLINGS) continue;
			const away = alone.slice(SHOWN_SIBLINGS);
			for (const other of away) wanted.delete(other);
			piles.push({ n: away.length, of, side, lane: project.nodes.lane[away[0]!]! });
		}
	return piles;
}
