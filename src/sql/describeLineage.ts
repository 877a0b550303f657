/**
 * Analyses of queries → the lineage of nodes: columns that only their readers name are added, what was declared of
 * columns is put to them, and what they were not given is inherited.
 */
import type { ColumnRef, LineageColumn, NodeLineage, PiiMark } from "../core/lineage.ts";
import type { NodeId } from "../core/node.ts";
import type { Analysis, KnownColumn, KnownRelation } from "./analysis.ts";
import { type HookWrite, inheritFacts } from "./inheritFacts.ts";

export interface ColumnFacts {
	readonly description?: string;
	readonly tags?: readonly string[];
	readonly pii?: PiiMark;
}

export interface LineageInput {
	/** Sources and seeds. */
	readonly declared: ReadonlyMap<string, KnownRelation>;
	readonly analyses: ReadonlyMap<string, Analysis>;
	/** Of models: what the graph says they read. */
	readonly inputs: ReadonlyMap<string, readonly string[]>;
	/** Columns that a table has beside its query's. */
	readonly added: ReadonlyMap<string, readonly KnownColumn[]>;
	/** By node and column, both as stored. */
	readonly facts: ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>>;
	/** By node: what holds for each column that is not marked itself. */
	readonly marks: ReadonlyMap<string, PiiMark>;
	/** By node: statements beside its query that write into it. */
	readonly writes: ReadonlyMap<string, readonly HookWrite[]>;
}

/** A node's lineage while columns are added to it. */
interface Draft extends Omit<NodeLineage, "columns"> {
	readonly columns: Map<string, LineageColumn>;
	readonly twice: LineageColumn[];
}

export function describeLineage(input: LineageInput): ReadonlyMap<string, NodeLineage> {
	const drafts = new Map<string, Draft>();
	for (const [id, relation] of input.declared) drafts.set(id, declaredDraft(relation));
	for (const [id, analysis] of input.analyses) drafts.set(id, analysedDraft(id, analysis, input));
	addMarkedColumns(drafts, input.facts);
	addSeenColumns(drafts);
	const nodes = new Map<string, NodeLineage>();
	for (const id of [...drafts.keys()].sort()) {
		const { columns, twice, ...draft } = drafts.get(id)!;
		const facts = input.facts.get(id);
		const mark = input.marks.get(id);
		const all = [...columns.values(), ...twice];
		const told =
			mark === undefined && facts === undefined
				? all
				: all.map((column) => withFacts(column, mark, facts?.get(column.name)));
		nodes.set(id, { ...draft, columns: told });
	}
	return inheritFacts(nodes, input);
}

/** A column with what was declared of it: by itself, before what is declared of all of its node's. */
export function withFacts(
	column: LineageColumn,
	mark: PiiMark | undefined,
	facts: ColumnFacts | undefined,
): LineageColumn {
	if (mark === undefined) return facts === undefined ? column : { ...column, ...facts };
	return { ...column, pii: mark, ...facts };
}

function declaredDraft({ columns, open }: KnownRelation): Draft {
	const listed = columns.map(({ name, type }): [string, LineageColumn] => [name, ownColumn(name, type)]);
	return {
		status: "declared",
		complete: !open,
		columns: new Map(listed),
		twice: [],
		indirect: [],
		reads: [],
		rest: [],
		remarks: [],
	};
}

/** A column whose values begin here. */
const ownColumn = (name: string, type: string | undefined): LineageColumn => ({
	name,
	...(type === undefined ? {} : { type }),
	kind: "direct",
	confidence: "resolved",
	upstream: [],
});

function analysedDraft(id: string, analysis: Analysis, { inputs, added }: LineageInput): Draft {
	const { hash, rows, reason, columns: found, reads, rest, remarks, status, complete } = analysis;
	const columns = new Map<string, LineageColumn>();
	const twice: LineageColumn[] = [];
	for (const column of found)
		if (columns.has(column.name)) twice.push(column);
		else columns.set(column.name, column);
	for (const { name, type, from = [] } of added.get(id) ?? []) {
		const upstream = from.flatMap((column) => columns.get(column)?.upstream ?? []);
		columns.set(name, { ...ownColumn(name, type), kind: "expression", upstream: [...new Set(upstream)] });
	}
	const unread = status === "unparsed" || status === "timeout";
	return {
		status,
		...(reason === undefined ? {} : { reason }),
		complete,
		columns,
		twice,
		indirect: analysis.indirect,
		reads: [...(unread ? (inputs.get(id) ?? []) : reads)].sort() as NodeId[],
		rest,
		...(hash === undefined ? {} : { semantic_hash: hash }),
		...(rows === undefined ? {} : { rows_definition: rows }),
		remarks,
	};
}

/** Personal data that a property file tells of a column which an open node does not list: it is there. */
function addMarkedColumns(drafts: ReadonlyMap<string, Draft>, facts: LineageInput["facts"]): void {
	for (const [id, told] of facts) {
		const draft = drafts.get(id);
		if (draft === undefined || draft.complete) continue;
		for (const [name, { pii }] of told)
			if (pii?.pii === true && !draft.columns.has(name)) draft.columns.set(name, seenColumn(name, draft));
	}
}

/** A column that an open node does not list and that is read from it is there all the same. */
function addSeenColumns(drafts: ReadonlyMap<string, Draft>): void {
	const waiting: ColumnRef[] = [];
	for (const { columns, twice, indirect } of drafts.values()) {
		for (const column of columns.values()) waiting.push(...column.upstream);
		for (const column of twice) waiting.push(...column.upstream);
		waiting.push(...indirect);
	}
	for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
		const draft = drafts.get(ref.node);
		if (draft === undefined || draft.complete || ref.column === "*" || draft.columns.has(ref.column)) continue;
		const column = seenColumn(ref.column, draft);
		draft.columns.set(column.name, column);
		waiting.push(...column.upstream);
	}
}

function seenColumn(name: string, { status, rest }: Draft): LineageColumn {
	const upstream = rest.map((node) => ({ node, column: name }));
	const sure = upstream.length === 0 ? "unknown" : upstream.length === 1 ? "assumed" : "ambiguous";
	return { name, kind: "direct", confidence: status === "declared" ? "resolved" : sure, upstream };
}
