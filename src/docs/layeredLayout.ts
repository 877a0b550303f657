/**
 * Places the nodes of a graph in lanes from left to right. Linear in nodes, edges and depth; the same graph gives the
 * same drawing. Used for the whole project when the site is made, and in the browser for a neighbourhood.
 *
 * Ranks inside a lane are longest paths (Sugiyama's first phase); an edge over several ranks passes through points that
 * all edges of its source share; ranks are ordered by barycenters, the best of several sweeps kept; the other
 * coordinate is the isotonic regression of what the neighbours want (pool adjacent violators).
 */

export interface LayoutInput {
	readonly count: number;
	/** from, to, from, to … */
	readonly edges: readonly number[];
	/** Of each node, from 0. */
	readonly lane: readonly number[];
	readonly lanes: number;
	/** Decides between nodes that are as good in either place: the place in this list. */
	readonly order?: readonly number[];
	readonly rankGap: number;
	readonly laneGap: number;
	/** Between the middles of neighbours in a rank: for all, or of each node. */
	readonly nodeGap: number | readonly number[];
	/** The most nodes in one column of the drawing; a rank that has more takes several. */
	readonly tallest?: number;
}

export interface Layout {
	readonly x: Float64Array;
	readonly y: Float64Array;
	/** Of each lane's band; a lane without nodes has none of its own. */
	readonly lanes: readonly { readonly x0: number; readonly x1: number }[];
	/** Positions of pairs in `edges` that go against the order of lanes, or close a circle. */
	readonly against: readonly number[];
	readonly crossings: number;
	/** Columns of the drawing, before tall ones were dealt to several. */
	readonly ranks: number;
}

const SWEEPS = 8;
const PASSES = 4;
const POINT_GAP = 0.25;

export function layeredLayout(input: LayoutInput): Layout {
	const { count, lanes } = input;
	const { forward, against } = splitEdges(input);
	const { rank, ranks, laneOfRank } = rankNodes(input, forward);
	const net = withPoints(count, rank, forward);
	const order = orderRanks(net, ranks, input.order);
	const y = placeInRanks(net, order.best, input);
	const x = new Float64Array(count);
	const bands = Array.from({ length: lanes }, () => ({ x0: Number.NaN, x1: Number.NaN }));
	let at = 0;
	for (let r = 0; r < ranks; r++) {
		const lane = laneOfRank[r]!;
		if (r > 0) at += input.rankGap + (lane === laneOfRank[r - 1] ? 0 : input.laneGap);
		const members = order.best[r]!.filter((v) => v < count);
		const columns = Math.max(1, Math.ceil(members.length / (input.tallest ?? Number.POSITIVE_INFINITY)));
		const band = bands[lane]!;
		if (Number.isNaN(band.x0)) band.x0 = at;
		if (columns === 1) for (const v of members) x[v] = at;
		else at = inColumns(members, columns, { at, x, y, input });
		band.x1 = at;
	}
	return { x, y: y.subarray(0, count), lanes: closeBands(bands, input), against, crossings: order.crossings, ranks };
}

/** A rank that is too tall is dealt to several columns; each is closed up around the middle of the rank. */
function inColumns(
	members: readonly number[],
	columns: number,
	{ at, x, y, input }: { at: number; x: Float64Array; y: Float64Array; input: LayoutInput },
): number {
	const rows = Math.ceil(members.length / columns);
	const gap = gapOf(input);
	let middle = 0;
	for (const v of members) middle += y[v]! / members.length;
	for (const [i, v] of members.entries()) {
		const column = i % columns;
		x[v] = at + column * input.rankGap;
		y[v] = middle + (Math.floor(i / columns) - rows / 2) * gap(v);
	}
	return at + (columns - 1) * input.rankGap;
}

const gapOf = ({ nodeGap }: LayoutInput): ((node: number) => number) =>
	typeof nodeGap === "number" ? () => nodeGap : (node) => nodeGap[node]!;

function closeBands(bands: { x0: number; x1: number }[], { rankGap, laneGap }: LayoutInput) {
	const pad = (rankGap + laneGap) / 2;
	let last = -pad;
	return bands.map(({ x0, x1 }) => {
		if (Number.isNaN(x0)) return { x0: last, x1: last };
		last = x1 + pad;
		return { x0: x0 - pad, x1: x1 + pad };
	});
}

/** Edges that go on to the same or a later lane and close no circle order the drawing; the others are only drawn. */
function splitEdges({ count, edges, lane }: LayoutInput): { forward: number[]; against: number[] } {
	const candidates: number[] = [];
	const against: number[] = [];
	for (let e = 0; e < edges.length; e += 2)
		if (edges[e] !== edges[e + 1] && lane[edges[e]!]! <= lane[edges[e + 1]!]!) candidates.push(e);
		else against.push(e / 2);
	const waiting = new Int32Array(count);
	const { start, target } = adjacency(
		count,
		candidates.map((e) => [edges[e]!, edges[e + 1]!]),
	);
	for (const t of target) waiting[t]!++;
	const ready: number[] = [];
	for (let v = 0; v < count; v++) if (waiting[v] === 0) ready.push(v);
	const place = new Int32Array(count).fill(-1);
	let placed = 0;
	let stuckFrom = 0;
	while (placed < count) {
		if (placed === ready.length) {
			// A circle: broken at its first node in the order of the input.
			while (place[stuckFrom] !== -1 || waiting[stuckFrom] === 0) stuckFrom++;
			waiting[stuckFrom] = 0;
			ready.push(stuckFrom);
		}
		const v = ready[placed]!;
		place[v] = placed++;
		for (let i = start[v]!; i < start[v + 1]!; i++) {
			const t = target[i]!;
			if (waiting[t]! > 0 && --waiting[t]! === 0) ready.push(t);
		}
	}
	const forward: number[] = [];
	for (const e of candidates)
		if (place[edges[e]!]! < place[edges[e + 1]!]!) forward.push(edges[e]!, edges[e + 1]!);
		else against.push(e / 2);
	return { forward, against: against.sort((a, b) => a - b) };
}

function adjacency(count: number, pairs: readonly (readonly [number, number])[]) {
	const start = new Int32Array(count + 1);
	for (const [a] of pairs) start[a + 1]!++;
	for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
	const fill = start.slice();
	const target = new Int32Array(pairs.length);
	for (const [a, b] of pairs) target[fill[a]!++] = b;
	return { start, target };
}

const pairsOf = (flat: readonly number[]): [number, number][] => {
	const pairs: [number, number][] = [];
	for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i]!, flat[i + 1]!]);
	return pairs;
};

/** Longest path inside each lane; what nothing leads to stands right before the first that it leads to. */
function rankNodes({ count, lane, lanes }: LayoutInput, forward: readonly number[]) {
	const { start, target } = adjacency(count, pairsOf(forward));
	const into = new Int32Array(count);
	for (const t of target) into[t]!++;
	const waiting = into.slice();
	const queue: number[] = [];
	for (let v = 0; v < count; v++) if (waiting[v] === 0) queue.push(v);
	const local = new Int32Array(count);
	for (let i = 0; i < queue.length; i++) {
		const v = queue[i]!;
		for (let j = start[v]!; j < start[v + 1]!; j++) {
			const t = target[j]!;
			if (lane[t] === lane[v]) local[t] = Math.max(local[t]!, local[v]! + 1);
			if (--waiting[t]! === 0) queue.push(t);
		}
	}
	for (let v = 0; v < count; v++) {
		if (into[v] !== 0) continue;
		let first = Number.POSITIVE_INFINITY;
		for (let j = start[v]!; j < start[v + 1]!; j++)
			if (lane[target[j]!] === lane[v]) first = Math.min(first, local[target[j]!]!);
		if (first !== Number.POSITIVE_INFINITY) local[v] = first - 1;
	}
	const depth = new Int32Array(lanes);
	for (let v = 0; v < count; v++) depth[lane[v]!] = Math.max(depth[lane[v]!]!, local[v]! + 1);
	const first = new Int32Array(lanes);
	const laneOfRank: number[] = [];
	for (let l = 0; l < lanes; l++) {
		first[l] = laneOfRank.length;
		for (let i = 0; i < depth[l]!; i++) laneOfRank.push(l);
	}
	return { rank: local.map((r, v) => r + first[lane[v]!]!), ranks: laneOfRank.length, laneOfRank };
}

interface Net {
	readonly nodes: number;
	readonly total: number;
	readonly rank: Int32Array;
	readonly up: { readonly start: Int32Array; readonly target: Int32Array };
	readonly down: { readonly start: Int32Array; readonly target: Int32Array };
}

/** Each edge cut at the ranks that it crosses. The points are shared by the edges of a source: one chain, not one per edge. */
function withPoints(count: number, rank: Int32Array, forward: readonly number[]): Net {
	const { start, target } = adjacency(count, pairsOf(forward));
	const pairs: [number, number][] = [];
	const ranks: number[] = Array.from(rank);
	for (let v = 0; v < count; v++) {
		const chain = [v];
		for (let j = start[v]!; j < start[v + 1]!; j++) {
			const t = target[j]!;
			const span = rank[t]! - rank[v]!;
			if (span <= 0) continue;
			while (chain.length < span) {
				pairs.push([chain.at(-1)!, ranks.length]);
				chain.push(ranks.length);
				ranks.push(rank[v]! + chain.length - 1);
			}
			pairs.push([chain[span - 1]!, t]);
		}
	}
	return {
		nodes: count,
		total: ranks.length,
		rank: Int32Array.from(ranks),
		down: adjacency(ranks.length, pairs),
		up: adjacency(
			ranks.length,
			pairs.map(([a, b]): [number, number] => [b, a]),
		),
	};
}

function orderRanks(net: Net, ranks: number, order: readonly number[] | undefined) {
	const rows: number[][] = Array.from({ length: ranks }, () => []);
	for (let v = 0; v < net.total; v++) rows[net.rank[v]!]!.push(v);
	const place = new Float64Array(net.total);
	const tie = (v: number): number => (v < net.nodes ? (order?.[v] ?? v) : v);
	for (const row of rows) {
		row.sort((a, b) => tie(a) - tie(b));
		for (const [i, v] of row.entries()) place[v] = i;
	}
	let crossings = countCrossings(net, rows, place);
	let best = rows.map((row) => row.slice());
	const key = new Float64Array(net.total);
	for (let sweep = 0; sweep < SWEEPS && crossings > 0; sweep++) {
		const downward = sweep % 2 === 0;
		const { start, target } = downward ? net.up : net.down;
		for (let k = 1; k < ranks; k++) {
			const row = rows[downward ? k : ranks - 1 - k]!;
			const beside = rows[downward ? k - 1 : ranks - k]!;
			const scale = row.length / Math.max(1, beside.length);
			for (const v of row) {
				let sum = 0;
				for (let j = start[v]!; j < start[v + 1]!; j++) sum += place[target[j]!]!;
				const n = start[v + 1]! - start[v]!;
				key[v] = n === 0 ? place[v]! : (sum / n) * scale;
			}
			row.sort((a, b) => key[a]! - key[b]! || tie(a) - tie(b));
			for (const [i, v] of row.entries()) place[v] = i;
		}
		const now = countCrossings(net, rows, place);
		if (now < crossings) {
			crossings = now;
			best = rows.map((row) => row.slice());
		}
	}
	return { best, crossings };
}

/** Inversions between neighbouring ranks, counted with a Fenwick tree. */
function countCrossings({ down }: Net, rows: readonly number[][], place: Float64Array): number {
	let crossings = 0;
	for (let r = 0; r + 1 < rows.length; r++) {
		const size = rows[r + 1]!.length;
		const tree = new Int32Array(size + 2);
		let seen = 0;
		for (const v of rows[r]!) {
			const ends = Array.from(down.target.subarray(down.start[v]!, down.start[v + 1]!), (t) => place[t]!);
			for (const end of ends) {
				let atMost = 0;
				for (let i = end + 1; i > 0; i -= i & -i) atMost += tree[i]!;
				crossings += seen - atMost;
			}
			for (const end of ends) for (let i = end + 1; i <= size; i += i & -i) tree[i]!++;
			seen += ends.length;
		}
	}
	return crossings;
}

/** The other coordinate: as near to the middle of the neighbours as order and gaps allow. */
function placeInRanks(net: Net, rows: readonly number[][], input: LayoutInput): Float64Array {
	const y = new Float64Array(net.total);
	const gapAt = gapOf(input);
	const point = typeof input.nodeGap === "number" ? input.nodeGap * POINT_GAP : 10;
	const gap = (v: number): number => (v < net.nodes ? gapAt(v) : point);
	for (const row of rows) {
		let at = 0;
		for (const v of row) {
			y[v] = at + gap(v) / 2;
			at += gap(v);
		}
		for (const v of row) y[v]! -= at / 2;
	}
	for (let pass = 0; pass < PASSES; pass++) {
		const downward = pass % 2 === 0;
		const { start, target } = downward ? net.up : net.down;
		for (let k = 0; k < rows.length; k++) {
			const row = rows[downward ? k : rows.length - 1 - k]!;
			const want = row.map((v) => {
				const n = start[v + 1]! - start[v]!;
				if (n === 0) return y[v]!;
				let sum = 0;
				for (let j = start[v]!; j < start[v + 1]!; j++) sum += y[target[j]!]!;
				return sum / n;
			});
			settle(row, want, gap, y);
		}
	}
	return y;
}

/** Pool adjacent violators: the nearest places to `want` in the given order, at least the gaps apart. */
function settle(row: readonly number[], want: readonly number[], gap: (v: number) => number, y: Float64Array): void {
	const blocks: { sum: number; n: number }[] = [];
	const offsets: number[] = [];
	let offset = 0;
	for (const [i, v] of row.entries()) {
		if (i > 0) offset += (gap(row[i - 1]!) + gap(v)) / 2;
		offsets.push(offset);
		blocks.push({ sum: want[i]! - offset, n: 1 });
		while (blocks.length > 1) {
			const [above, below] = [blocks.at(-2)!, blocks.at(-1)!];
			if (above.sum / above.n <= below.sum / below.n) break;
			blocks.pop();
			above.sum += below.sum;
			above.n += below.n;
		}
	}
	let i = 0;
	for (const { sum, n } of blocks) for (const end = i + n; i < end; i++) y[row[i]!] = sum / n + offsets[i]!;
}
