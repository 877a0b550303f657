/**
 * What changes of some models do to those that read them: which columns may hold other values, which models may have
 * other rows, and which no longer work. Values and rows are followed apart, as lineage is.
 */
import type { ColumnRef, NodeLineage } from "../core/lineage.ts";
import type { QueryChange } from "./changeCategory.ts";
import { inputsFirst } from "./inheritFacts.ts";

export type LineageNodes = ReadonlyMap<string, NodeLineage>;

export interface ChangeImpact {
	/** Columns of descendants into which the values of a changed column go. In the graph's order. */
	readonly columns: readonly ColumnRef[];
	/** Descendants that may have other rows, or other values in all that counts or sums rows. In the graph's order. */
	readonly rows: readonly string[];
	/** Descendants that were not changed and read a column that is gone. */
	readonly broken: readonly { readonly node: string; readonly column: ColumnRef }[];
	/** Descendants whose SQL could not be read: taken to be changed in everything. */
	readonly unknown: readonly string[];
	/** Descendants in which nothing changes: they need not be built again. */
	readonly unaffected: readonly string[];
}

interface Touched {
	/** Columns with other values; `all`: any, as it is not known which. */
	readonly columns: Set<string>;
	all: boolean;
	rows: boolean;
}

/**
 * `before`: the lineage that knows the columns which are gone now; `after`: the lineage with the changes. Nodes that
 * are changed themselves are no descendants.
 */
export function changeImpact(
	before: LineageNodes,
	after: LineageNodes,
	changes: ReadonlyMap<string, QueryChange>,
): ChangeImpact {
	const touched = new Map<string, Touched>();
	const found = {
		columns: [] as ColumnRef[],
		rows: [] as string[],
		broken: [] as { node: string; column: ColumnRef }[],
		unknown: [] as string[],
		unaffected: [] as string[],
	};
	for (const id of inputsFirst(after)) {
		const node = after.get(id)!;
		const change = changes.get(id);
		const inputs = node.reads.filter((read) => read !== id && touched.has(read));
		const own = change === undefined ? undefined : touchedBy(change);
		if (own === undefined && inputs.length === 0) continue;
		const here = own ?? { columns: new Set(), all: false, rows: false };
		passOn(node, inputs, touched, here);
		touched.set(id, here);
		if (own !== undefined) continue;
		const broken = goneColumns(before.get(id), changes);
		found.broken.push(...broken.map((column) => ({ node: id, column })));
		for (const { name } of node.columns) if (here.columns.has(name)) found.columns.push({ node: id, column: name });
		if (here.all) found.unknown.push(id);
		else if (here.rows) found.rows.push(id);
		else if (here.columns.size === 0 && broken.length === 0) {
			found.unaffected.push(id);
			// Who reads only this one has nothing to do with the change, but is a descendant all the same.
		}
	}
	return found;
}

function touchedBy({ columns, rows, unknown }: QueryChange): Touched {
	const names = columns.flatMap((change) =>
		change.what === "renamed" ? [change.column, change.from] : [change.column],
	);
	const added = new Set(columns.flatMap(({ what, column }) => (what === "added" ? [column] : [])));
	return { columns: new Set(names.filter((name) => !added.has(name))), all: unknown !== null, rows };
}

/** What of its inputs' changes a node has in its own columns and rows. */
function passOn(
	node: NodeLineage,
	inputs: readonly string[],
	touched: ReadonlyMap<string, Touched>,
	here: Touched,
): void {
	const isTouched = ({ node: from, column }: ColumnRef): boolean => {
		const above = touched.get(from);
		return (
			above !== undefined && (above.all || above.columns.has(column) || (column === "*" && above.columns.size > 0))
		);
	};
	const changed = (id: string): boolean => {
		const { all, rows, columns } = touched.get(id)!;
		return all || rows || columns.size > 0;
	};
	if (node.status === "unparsed" || node.status === "timeout") here.all ||= inputs.some(changed);
	here.rows ||= inputs.some((id) => touched.get(id)!.rows || touched.get(id)!.all) || node.indirect.some(isTouched);
	for (const { name, upstream } of node.columns) if (upstream.some(isTouched)) here.columns.add(name);
	// Columns that are not listed come from there.
	if (!node.complete)
		here.all ||= node.rest.some((id) => touched.has(id) && (touched.get(id)!.all || touched.get(id)!.columns.size > 0));
}

/** Columns that a node read and that are gone from changed ones. */
function goneColumns(node: NodeLineage | undefined, changes: ReadonlyMap<string, QueryChange>): readonly ColumnRef[] {
	const gone = ({ node: from, column }: ColumnRef): boolean =>
		changes
			.get(from)
			?.columns.some(
				(change) =>
					(change.what === "removed" && change.column === column) ||
					(change.what === "renamed" && change.from === column),
			) === true;
	const read = node === undefined ? [] : [...node.columns.flatMap(({ upstream }) => upstream), ...node.indirect];
	const found = new Map(read.filter(gone).map((ref) => [`${ref.node}\0${ref.column}`, ref]));
	return [...found.values()];
}
