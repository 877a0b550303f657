/**
 * Where names are looked up: the sources of one FROM, inside the scopes around it. A source is *open* when it may have
 * columns that nobody has told of; then a name that no closed source has must come from it.
 */
import type { AnalysisRef } from "./analysis.ts";
import type { Ast, TextPlace } from "./ast.ts";
import { joinDefinitions, shortDigest } from "./definition.ts";
import { type LineageValue, leastSure, NO_COLUMNS, union } from "./lineageValue.ts";

export interface ScopeColumn extends LineageValue {
	readonly name: string;
	/** Where this query, or one inside it, writes the column. */
	readonly at?: TextPlace | undefined;
}

/** A query's columns; of an open one, what the others are read from. */
export interface Columns {
	readonly columns: readonly ScopeColumn[];
	readonly open: boolean;
	/** Relations that hand on the columns not listed. */
	readonly openTo: readonly string[];
	/** What all of a relation is made from that is not looked into; its columns come from there somehow. */
	readonly opaque?: ReadonlySet<AnalysisRef> | undefined;
	/** What decides on its rows, see definition.ts. */
	readonly rows?: string | undefined;
}

export interface Source extends Columns {
	/** Empty: cannot be named. */
	readonly alias: string;
	/** Of a table without alias: its whole name, for `schema.table.column`. */
	readonly qualifier?: readonly string[] | undefined;
}

export interface Scope {
	readonly sources: Source[];
	/** Columns of USING and NATURAL: one name, several origins. */
	readonly merged: Map<string, readonly LineageValue[]>;
	readonly windows: Map<string, Ast>;
	readonly parent: Scope | null;
	/** What FROM says on rows, part by part. */
	readonly rows: string[];
	/** Calls of the select's expressions that make rows of one, and whether one makes one of all. */
	readonly rowMakers: Ast[];
	aggregates: boolean;
}

export const newScope = (parent: Scope | null): Scope => ({
	sources: [],
	merged: new Map(),
	windows: new Map(),
	parent,
	rows: [],
	rowMakers: [],
	aggregates: false,
});

export type Intern = (relation: string, column: string) => AnalysisRef;

const byName = new WeakMap<readonly ScopeColumn[], ReadonlyMap<string, readonly ScopeColumn[]>>();

/** Those of that name, through an index of wide relations: each of thousands of columns is looked for once or more. */
export function columnsNamed({ columns }: Columns, name: string): readonly ScopeColumn[] {
	if (columns.length < 8) return columns.filter((column) => column.name === name);
	let index = byName.get(columns);
	if (index === undefined) {
		index = indexByName(columns);
		byName.set(columns, index);
	}
	return index.get(name) ?? NOT_THERE;
}

const NOT_THERE: readonly ScopeColumn[] = [];

function indexByName(columns: readonly ScopeColumn[]): ReadonlyMap<string, readonly ScopeColumn[]> {
	const index = new Map<string, ScopeColumn[]>();
	for (const column of columns) {
		const known = index.get(column.name);
		if (known === undefined) index.set(column.name, [column]);
		else known.push(column);
	}
	return index;
}

export const hasColumn = (source: Columns, name: string): boolean => columnsNamed(source, name).length > 0;

/** A column that an open source does not list. */
export function throughOpen(source: Columns, name: string, intern: Intern): LineageValue {
	if (source.opaque !== undefined) {
		const definition = `${source.rows}.${name}`;
		return { upstream: source.opaque, confidence: "opaque", kind: "expression", definition };
	}
	const definition = `${source.openTo.join("|")}.${name}`;
	const upstream = new Set(source.openTo.map((relation) => intern(relation, name)));
	return { upstream, confidence: source.openTo.length === 1 ? "resolved" : "ambiguous", kind: "direct", definition };
}

/** The source's column of that name; undefined where it certainly has none. `twice`: it has several. */
export function columnOf(
	source: Columns,
	name: string,
	intern: Intern,
): (LineageValue & { readonly twice: boolean }) | undefined {
	const found = columnsNamed(source, name);
	const [first] = found;
	if (first === undefined) return source.open ? { ...throughOpen(source, name, intern), twice: false } : undefined;
	if (found.length === 1) return { ...first, twice: false };
	return {
		upstream: union(found.map((column) => column.upstream)),
		confidence: leastSure(found),
		kind: first.kind,
		type: first.type,
		definition: joinDefinitions(found),
		twice: true,
	};
}

/** All of a row. */
export function wholeRow(source: Columns, intern: Intern): LineageValue {
	const known = source.columns.map((column) => column.upstream);
	const rest = new Set(source.opaque ?? source.openTo.map((relation) => intern(relation, "*")));
	const confidence = source.open ? "opaque" : leastSure(source.columns);
	const parts = source.columns.map((column) => `${column.name}=${column.definition}`);
	const definition = shortDigest(`row(${parts.join()})${source.open ? [...source.openTo, source.rows].join() : ""}`);
	return { upstream: union([...known, source.open ? rest : NO_COLUMNS]), confidence, kind: "expression", definition };
}
