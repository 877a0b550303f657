import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";

/** Column lineage for those who seldom want all of it: a few nodes, or how much there is. */
export interface FoundLineage {
	readonly counts: LineageCounts;
	/** Sorted. */
	readonly ids: readonly string[];
	nodeOf(id: string): NodeLineage | undefined;
	/** Nodes whose columns or rows come from columns of this one, sorted. */
	readersOf(id: string): readonly string[];
	/** As people write it: `orders`, `raw.orders`. */
	nameOf(id: string): string;
	whole(): ColumnLineage;
}

/** How many nodes have each status, and how many columns of those that are made by SQL each confidence. */
export interface LineageCounts {
	readonly statuses: { readonly [status: string]: number };
	readonly confidences: { readonly [confidence: string]: number };
}

export function countLineage(nodes: Iterable<NodeLineage>): LineageCounts {
	const statuses: Record<string, number> = {};
	const confidences: Record<string, number> = {};
	for (const { status, columns } of nodes) {
		statuses[status] = (statuses[status] ?? 0) + 1;
		if (status === "declared") continue;
		for (const { confidence } of columns) confidences[confidence] = (confidences[confidence] ?? 0) + 1;
	}
	return { statuses, confidences };
}

/** Counts with some nodes' taken away and others' put to them. */
export function recount(counts: LineageCounts, was: LineageCounts, now: LineageCounts): LineageCounts {
	const changed = (kind: keyof LineageCounts): { readonly [name: string]: number } => {
		const names = [...new Set([...Object.keys(counts[kind]), ...Object.keys(now[kind])])];
		const all = names.map((name) => {
			const count = (of: LineageCounts): number => of[kind][name] ?? 0;
			return [name, count(counts) - count(was) + count(now)] as const;
		});
		return Object.fromEntries(all.filter(([, count]) => count > 0));
	};
	return { statuses: changed("statuses"), confidences: changed("confidences") };
}

/** The nodes whose columns a node's columns and rows come from, each once. */
export const nodesReferredTo = ({ columns, indirect }: NodeLineage): ReadonlySet<string> =>
	new Set([...columns.flatMap(({ upstream }) => upstream), ...indirect].map(({ node }) => node));

/** By node those that refer to it, in the order in which they come. */
export function invertReferences(references: Iterable<readonly [id: string, to: Iterable<string>]>) {
	const readers = new Map<string, string[]>();
	for (const [id, to] of references)
		for (const node of to) {
			const known = readers.get(node);
			if (known === undefined) readers.set(node, [id]);
			else known.push(id);
		}
	return (id: string): readonly string[] => readers.get(id) ?? [];
}

/** Of a lineage that is there as a whole. */
export function foundLineage(lineage: ColumnLineage, nameOf: (id: string) => string): FoundLineage {
	const { nodes } = lineage;
	let readersOf: FoundLineage["readersOf"] | undefined;
	return {
		counts: countLineage(Object.values(nodes)),
		ids: Object.keys(nodes),
		nodeOf: (id) => (Object.hasOwn(nodes, id) ? nodes[id] : undefined),
		readersOf(id) {
			readersOf ??= invertReferences(Object.entries(nodes).map(([reader, node]) => [reader, nodesReferredTo(node)]));
			return readersOf(id);
		},
		nameOf,
		whole: () => lineage,
	};
}
