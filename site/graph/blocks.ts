/** A large project seen from afar: a block for each folder of each lane, and one line for all edges between two blocks. */
import type { Project } from "../project.ts";

export interface Block {
	readonly lane: number;
	/** Folder below the lane's; empty: the lane itself. */
	readonly folder: string;
	readonly nodes: readonly number[];
	readonly x: number;
	readonly y: number;
	readonly height: number;
}

export interface Bundle {
	/** Positions in `blocks`. */
	readonly from: number;
	readonly to: number;
	readonly edges: number;
}

export interface BlockMap {
	readonly blocks: readonly Block[];
	readonly bundles: readonly Bundle[];
	readonly lanes: readonly { readonly name: string; readonly x: number }[];
	readonly width: number;
	readonly height: number;
}

export const BLOCK = { width: 190, least: 34, most: 66, gap: 7, laneGap: 110, top: 34 };
/** More blocks than this in a lane are not told apart: their folders are taken one level higher. */
const IN_LANE = 24;

/** Linear in nodes and edges but for the sorting of blocks. */
export function blockMap(project: Project): BlockMap {
	const { nodes, lanes, edges, groups } = project;
	const blockOf = new Int32Array(project.count).fill(-1);
	const columns: { name: string; x: number }[] = [];
	const blocks: { lane: number; folder: string; nodes: number[]; x: number; y: number; height: number }[] = [];
	const byLane: number[][] = lanes.map(() => []);
	for (let node = 0; node < project.count; node++) byLane[nodes.lane[node]!]!.push(node);
	let height = 0;
	for (const [lane, own] of byLane.entries()) {
		if (own.length === 0) continue;
		const x = columns.length * (BLOCK.width + BLOCK.laneGap);
		columns.push({ name: lanes[lane]!.name, x });
		const groupsOf = byFolder(own, (node) => below(groups[nodes.group[node]!] ?? "", lanes[lane]!.name));
		let y = BLOCK.top;
		for (const [folder, members] of groupsOf) {
			for (const node of members) blockOf[node] = blocks.length;
			const tall = Math.min(BLOCK.most, BLOCK.least + 3 * Math.log2(members.length));
			blocks.push({ lane, folder, nodes: members, x, y, height: tall });
			y += tall + BLOCK.gap;
		}
		height = Math.max(height, y);
	}
	const counts = new Map<number, number>();
	for (let e = 0; e < edges.length; e += 2) {
		const [from, to] = [blockOf[edges[e]!]!, blockOf[edges[e + 1]!]!];
		if (from === to) continue;
		const key = from * blocks.length + to;
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return {
		blocks,
		bundles: [...counts].map(([key, n]) => ({
			from: Math.floor(key / blocks.length),
			to: key % blocks.length,
			edges: n,
		})),
		lanes: columns,
		width: columns.length * (BLOCK.width + BLOCK.laneGap) - BLOCK.laneGap,
		height,
	};
}

/** `staging/shop/orders` in the lane staging → `shop/orders`. */
const below = (folder: string, lane: string): string =>
	folder === lane ? "" : folder.startsWith(`${lane}/`) ? folder.slice(lane.length + 1) : folder;

function byFolder(own: readonly number[], folderOf: (node: number) => string): readonly [string, number[]][] {
	for (let depth = 8; ; depth--) {
		const found = new Map<string, number[]>();
		for (const node of own) {
			const folder = folderOf(node).split("/").slice(0, depth).join("/");
			const known = found.get(folder);
			if (known === undefined) found.set(folder, [node]);
			else known.push(node);
		}
		if (found.size <= IN_LANE || depth <= 1) {
			const sorted = [...found].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
			if (sorted.length <= IN_LANE) return sorted.sort(([a], [b]) => (a < b ? -1 : 1));
			const rest = sorted.slice(IN_LANE - 1).flatMap(([, members]) => members);
			return [...sorted.slice(0, IN_LANE - 1).sort(([a], [b]) => (a < b ? -1 : 1)), ["other folders", rest]];
		}
	}
}
