import type { Identifier } from "./ast.ts";
import { joinDefinitions } from "./definition.ts";
import { CONSTANT, combine, type LineageValue, leastSure, UNKNOWN, union } from "./lineageValue.ts";
import type { Frame, Resolver } from "./resolver.ts";
import { columnOf, hasColumn, type Scope, type Source, throughOpen, wholeRow } from "./scope.ts";

/** Functions that are written without parentheses. */
const NILADIC: Readonly<Record<string, string>> = {
	current_date: "date",
	current_timestamp: "timestamp with time zone",
	current_time: "time with time zone",
	localtimestamp: "timestamp",
	localtime: "time",
	sysdate: "timestamp",
	current_user: "text",
	session_user: "text",
	user: "text",
	current_role: "text",
	current_schema: "text",
	current_catalog: "text",
};

const SYSTEM_COLUMNS = new Set(["ctid", "xmin", "xmax", "tableoid", "cmin", "cmax", "rowid"]);

/** A column, an alias of the select list, a whole row, or a field of a composite: what `a`, `a.b`, `a.b.c` means. */
export function resolveName(name: readonly Identifier[], frame: Frame, resolver: Resolver): LineageValue {
	const folded = name.map((part) => resolver.fold(part));
	for (let scope: Scope | null = frame.scope; scope !== null; scope = scope.parent) {
		const own = scope === frame.scope ? frame : undefined;
		const found =
			folded.length === 1
				? bareName(name, folded[0]!, { scope, own }, resolver)
				: qualifiedName(name, folded, scope, resolver);
		if (found !== undefined) return found;
	}
	const [first] = folded;
	if (folded.length === 1 && !name[0]!.quoted) {
		const type = NILADIC[first!.toLowerCase()];
		if (type !== undefined) return { ...CONSTANT, type };
	}
	if (folded.length > 1) {
		// A field of a composite or of a document: `payload.amount`.
		const field = fieldOf(name, folded, frame, resolver);
		if (field !== undefined) return field;
	}
	const all = allSources(frame.scope);
	const names = folded.length === 1 ? all.flatMap((s) => s.columns.map((c) => c.name)) : all.map((s) => s.alias);
	resolver.remark("unknown_column", folded.join("."), name[0], names);
	return UNKNOWN;
}

interface Level {
	readonly scope: Scope;
	/** The frame, at the innermost scope: its aliases count there only. */
	readonly own: Frame | undefined;
}

function bareName(
	[id]: readonly Identifier[],
	name: string,
	{ scope, own }: Level,
	resolver: Resolver,
): LineageValue | undefined {
	const alias = own?.aliases?.get(name);
	if (alias !== undefined && own?.aliasFirst === true) return alias;
	const merged = scope.merged.get(name);
	if (merged !== undefined) return mergedValue(merged);
	const closed = scope.sources.filter((source) => hasColumn(source, name));
	const open = scope.sources.filter((source) => source.open && !closed.includes(source));
	const [only] = closed;
	if (closed.length > 1) {
		resolver.remark(
			"ambiguous_column",
			name,
			id,
			closed.map((source) => `${source.alias}.${name}`),
		);
		return {
			...mergedValue(closed.map((source) => columnOf(source, name, resolver.intern)!)),
			confidence: "ambiguous",
		};
	}
	if (only !== undefined) {
		const { twice, ...column } = columnOf(only, name, resolver.intern)!;
		if (twice) resolver.remark("ambiguous_column", name, id);
		const doubted = twice ? "ambiguous" : open.length > 0 ? "assumed" : "resolved";
		return { ...column, confidence: leastSure([column, { confidence: doubted }]) };
	}
	if (alias !== undefined) return alias;
	const row = scope.sources.find((source) => source.alias === name);
	const whole = row === undefined ? undefined : namedRow(row, name, resolver);
	if (whole !== undefined) return whole;
	if (SYSTEM_COLUMNS.has(name) && scope.sources.length > 0) return CONSTANT;
	const [first] = open;
	if (first === undefined) return undefined;
	if (!id!.quoted && NILADIC[name.toLowerCase()] !== undefined) return undefined;
	if (open.length === 1) {
		const value = throughOpen(first, name, resolver.intern);
		return scope.parent !== null && isKnown(scope.parent, name) ? { ...value, confidence: "assumed" } : value;
	}
	const values = open.map((source) => throughOpen(source, name, resolver.intern));
	return { ...mergedValue(values), confidence: "ambiguous" };
}

/** `t` where t is a relation: its row. A function in FROM that gives single values is read by its alias, too. */
function namedRow(source: Source, name: string, resolver: Resolver): LineageValue | undefined {
	const [only] = source.columns;
	if (!source.open && source.columns.length === 1 && only?.name === name) return only;
	return wholeRow(source, resolver.intern);
}

const isKnown = (scope: Scope, name: string): boolean => allSources(scope).some((source) => hasColumn(source, name));

function qualifiedName(
	name: readonly Identifier[],
	folded: readonly string[],
	scope: Scope,
	resolver: Resolver,
): LineageValue | undefined {
	for (let parts = folded.length - 1; parts >= 1; parts--) {
		const source = sourceNamed(scope, folded.slice(0, parts));
		if (source === undefined) continue;
		const column = columnOf(source, folded[parts]!, resolver.intern);
		if (column === undefined) {
			if (SYSTEM_COLUMNS.has(folded[parts]!)) return CONSTANT;
			const known = source.columns.map((known) => known.name);
			resolver.remark("unknown_column", folded.slice(0, parts + 1).join("."), name[parts], known);
			return UNKNOWN;
		}
		const { twice, ...value } = column;
		if (twice) resolver.remark("ambiguous_column", folded.slice(0, parts + 1).join("."), name[parts]);
		const sure = twice ? { ...value, confidence: "ambiguous" as const } : value;
		return parts + 1 < folded.length ? { ...combine([sure]), kind: "expression" } : sure;
	}
	return undefined;
}

/** By alias, or a table without one by the end of its whole name. */
export function sourceNamed(scope: Scope, name: readonly string[]): Source | undefined {
	const last = name.at(-1);
	if (name.length === 1) return scope.sources.find((source) => source.alias === last);
	return scope.sources.find((source) => {
		const { qualifier = [] } = source;
		if (qualifier.length === 0 || source.alias !== last) return false;
		const end = qualifier.slice(-name.length);
		return name.slice(-end.length).every((part, i) => part === end[i]);
	});
}

function fieldOf(
	name: readonly Identifier[],
	folded: readonly string[],
	frame: Frame,
	resolver: Resolver,
): LineageValue | undefined {
	const known = isKnown(frame.scope, folded[0]!);
	const open = allSources(frame.scope).filter((source) => source.open);
	if (!known && open.length === 0) return undefined;
	const value = resolveName([name[0]!], frame, resolver);
	return { ...combine([value]), kind: value.kind === "direct" ? "expression" : value.kind };
}

export function allSources(scope: Scope | null): readonly Source[] {
	const found: Source[] = [];
	for (let at = scope; at !== null; at = at.parent) found.push(...at.sources);
	return found;
}

/** A column that joins merged: any of its origins gives it. */
export function mergedValue(values: readonly LineageValue[]): LineageValue {
	const [first = UNKNOWN] = values;
	return {
		upstream: union(values.map((value) => value.upstream)),
		confidence: leastSure(values),
		kind: first.kind,
		type: values.find((value) => value.type !== undefined)?.type,
		definition: joinDefinitions(values),
	};
}
