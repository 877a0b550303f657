import type { ColumnRef, Confidence, LineageRemark } from "../core/lineage.ts";
import type { Analysis, OutputColumn } from "./analysis.ts";

const DOUBT: readonly Confidence[] = ["resolved", "assumed", "ambiguous", "opaque", "unknown"];

/** What becomes of columns that only the incremental form gives: dbt's `on_schema_change` takes them in or not. */
export type NewColumns = "taken" | "left";

/**
 * The two forms of an incremental model as one: what a full build makes, and what later runs add to it. Values come from
 * whatever either form reads; what the incremental form takes of the table itself is made of what that is made of.
 * Types, definitions and the hash are those of the full form. Columns that only one of the two gives are remarked.
 */
export function bothForms(id: string, full: Analysis, incremental: Analysis, added: NewColumns): Analysis {
	if (incremental.status === "unparsed" || incremental.status === "timeout") return full;
	const own = new Map(full.columns.map((column) => [column.name, column]));
	const later = new Map(incremental.columns.map((column) => [column.name, column]));
	const sources = throughItself(id, own, later);
	const merged = full.columns.map((column): OutputColumn => {
		const other = later.get(column.name);
		return {
			...column,
			upstream: sources(column.name),
			...(other === undefined || other.kind === column.kind || onlyItself(id, other) ? {} : { kind: "expression" }),
			...(other === undefined ? {} : { confidence: worse(column.confidence, other.confidence) }),
		};
	});
	const extra = incremental.columns.filter(({ name }) => !own.has(name));
	const lacking = full.columns.filter(({ name }) => !later.has(name));
	const taken = added === "taken" ? extra.map((column) => ({ ...column, upstream: sources(column.name) })) : [];
	const said = new Set(full.remarks.map(({ problem, name }) => `${problem} ${name}`));
	return {
		...full,
		status: full.status === "ok" ? incremental.status : full.status,
		columns: [...merged, ...taken],
		complete: full.complete && incremental.complete,
		rest: union(full.rest, incremental.rest, id),
		indirect: refs([...full.indirect, ...incremental.indirect], id),
		reads: union(full.reads, incremental.reads, id),
		remarks: [
			...full.remarks,
			...incremental.remarks
				.filter(({ problem, name }) => !said.has(`${problem} ${name}`))
				.map((remark): LineageRemark => ({ ...remark, form: "incremental" })),
			...(full.complete && incremental.complete ? [...differing("more", extra), ...differing("fewer", lacking)] : []),
		],
	};
}

const differing = (which: "more" | "fewer", columns: readonly OutputColumn[]): LineageRemark[] =>
	columns.map(({ name }) => ({
		problem: which === "more" ? "incremental_adds" : "incremental_lacks",
		...{ name, known: [], line: 0, column: 0, form: "incremental" },
	}));

const onlyItself = (id: string, { upstream }: OutputColumn): boolean =>
	upstream.length > 0 && upstream.every(({ node }) => node === id);

const worse = (a: Confidence, b: Confidence): Confidence => (DOUBT.indexOf(a) >= DOUBT.indexOf(b) ? a : b);

/** What a column is made of in either form, columns of the table itself followed to what they are made of. */
function throughItself(
	id: string,
	own: ReadonlyMap<string, OutputColumn>,
	later: ReadonlyMap<string, OutputColumn>,
): (name: string) => readonly ColumnRef[] {
	return (name) => {
		const seen = new Set([name]);
		const found: ColumnRef[] = [];
		for (const column of seen)
			for (const ref of [...(own.get(column)?.upstream ?? []), ...(later.get(column)?.upstream ?? [])])
				if (ref.node === id) seen.add(ref.column);
				else found.push(ref);
		return refs(found, id);
	};
}

/** Sorted, each once, without those to the table itself. */
function refs(all: readonly ColumnRef[], id: string): readonly ColumnRef[] {
	const once = new Map(all.filter(({ node }) => node !== id).map((ref) => [`${ref.node}\0${ref.column}`, ref]));
	return [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
}

const union = (a: readonly string[], b: readonly string[], id: string): readonly string[] =>
	[...new Set([...a, ...b])].filter((one) => one !== id).sort();
