/** Walks along column lineage: what columns are made from, what is made from them, whose rows they decide on. */
import type { ColumnKind, ColumnRef, Confidence, NodeLineage } from "../core/lineage.ts";

export interface LineageEdge {
	readonly from: ColumnRef;
	readonly to: ColumnRef;
	/** What the node of `to` does on the way. */
	readonly kind: ColumnKind;
	readonly confidence: Confidence;
}

export interface LineageIndex {
	/** Edges that end in, or begin at, a column; sorted. */
	into(ref: ColumnRef): readonly LineageEdge[];
	outOf(ref: ColumnRef): readonly LineageEdge[];
	/** Nodes whose rows, groups or order the column decides on; sorted. */
	decidesOn(ref: ColumnRef): readonly string[];
}

const key = ({ node, column }: ColumnRef): string => `${node}\0${column}`;
const order = (a: ColumnRef, b: ColumnRef): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);

/** `readersOf`: of a node those whose columns or rows come from it, in an order that stays. A node is looked at when it is met. */
export function indexLineage({
	nodeOf,
	readersOf,
}: {
	readonly nodeOf: (id: string) => NodeLineage | undefined;
	readonly readersOf: (id: string) => readonly string[];
}): LineageIndex {
	const edgesInto = remembered(
		(node): ReadonlyMap<string, readonly LineageEdge[]> =>
			byColumn(
				(nodeOf(node)?.columns ?? []).flatMap(({ name, kind, confidence, upstream }) =>
					upstream.map((from) => ({ from, to: { node, column: name }, kind, confidence })),
				),
				({ to }) => to,
			),
	);
	const edgesOutOf = remembered((node) =>
		byColumn(
			readersOf(node).flatMap((reader) =>
				[...edgesInto(reader).values()].flat().filter(({ from }) => from.node === node),
			),
			({ from }) => from,
		),
	);
	const NONE: readonly LineageEdge[] = [];
	return {
		into: ({ node, column }) => [...(edgesInto(node).get(column) ?? NONE)].sort((a, b) => order(a.from, b.from)),
		outOf: ({ node, column }) => [...(edgesOutOf(node).get(column) ?? NONE)].sort((a, b) => order(a.to, b.to)),
		decidesOn: ({ node, column }) =>
			readersOf(node)
				.filter((reader) => nodeOf(reader)?.indirect.some((ref) => ref.node === node && ref.column === column))
				.toSorted(),
	};
}

function remembered<T>(find: (node: string) => T): (node: string) => T {
	const known = new Map<string, T>();
	return (node) => {
		const found = known.get(node) ?? find(node);
		known.set(node, found);
		return found;
	};
}

function byColumn(
	edges: readonly LineageEdge[],
	end: (edge: LineageEdge) => ColumnRef,
): ReadonlyMap<string, readonly LineageEdge[]> {
	const found = new Map<string, LineageEdge[]>();
	for (const edge of edges) {
		const { column } = end(edge);
		const known = found.get(column);
		if (known === undefined) found.set(column, [edge]);
		else known.push(edge);
	}
	return found;
}

export type Direction = "upstream" | "downstream";

export interface TracedStep extends LineageEdge {
	/** 1 for what is next to the start. */
	readonly depth: number;
	/** The column was met before: what lies beyond it is not told again. */
	readonly again: boolean;
}

/** Depth first, in the order of a tree that is printed. A column that is met twice is followed once. */
export function traceColumn(index: LineageIndex, start: ColumnRef, direction: Direction): readonly TracedStep[] {
	const found: TracedStep[] = [];
	const seen = new Set([key(start)]);
	const next = (ref: ColumnRef, depth: number) =>
		(direction === "upstream" ? index.into(ref) : index.outOf(ref))
			.map((edge) => ({ edge, depth }))
			// A stack gives the last one first.
			.reverse();
	const waiting = next(start, 1);
	for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
		const { edge, depth } = step;
		const far = direction === "upstream" ? edge.from : edge.to;
		const again = seen.has(key(far));
		found.push({ ...edge, depth, again });
		if (again) continue;
		seen.add(key(far));
		waiting.push(...next(far, depth + 1));
	}
	return found;
}
