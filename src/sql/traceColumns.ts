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

export function indexLineage(nodes: Readonly<Record<string, NodeLineage>>): LineageIndex {
	const into = new Map<string, LineageEdge[]>();
	const outOf = new Map<string, LineageEdge[]>();
	const decides = new Map<string, Set<string>>();
	const add = (to: Map<string, LineageEdge[]>, at: string, edge: LineageEdge): void => {
		const known = to.get(at);
		if (known === undefined) to.set(at, [edge]);
		else known.push(edge);
	};
	for (const [node, { columns, indirect }] of Object.entries(nodes)) {
		for (const { name, kind, confidence, upstream } of columns)
			for (const from of upstream) {
				const edge: LineageEdge = { from, to: { node, column: name }, kind, confidence };
				add(into, key(edge.to), edge);
				add(outOf, key(from), edge);
			}
		for (const ref of indirect) decides.set(key(ref), (decides.get(key(ref)) ?? new Set()).add(node));
	}
	const NONE: readonly LineageEdge[] = [];
	return {
		into: (ref) => [...(into.get(key(ref)) ?? NONE)].sort((a, b) => order(a.from, b.from)),
		outOf: (ref) => [...(outOf.get(key(ref)) ?? NONE)].sort((a, b) => order(a.to, b.to)),
		decidesOn: (ref) => [...(decides.get(key(ref)) ?? [])].sort(),
	};
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
