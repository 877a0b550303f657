/** FROM: what each table, subquery, function and join brings into the scope. */
import type { KnownRelation } from "./analysis.ts";
import { type Ast, field, type Identifier, identifier, identifiers, isRecord, list, variant } from "./ast.ts";
import { definitionsOf, shortDigest } from "./definition.ts";
import { CONSTANT, combine, type LineageValue, NO_COLUMNS, UNKNOWN, union } from "./lineageValue.ts";
import { allSources } from "./resolveName.ts";
import type { CteScope, Resolver } from "./resolver.ts";
import {
	type Columns,
	columnOf,
	hasColumn,
	type Intern,
	newScope,
	type Scope,
	type ScopeColumn,
	type Source,
	wholeRow,
} from "./scope.ts";
import { isSystemRelation } from "./systemRelation.ts";
import { tableFunction } from "./tableFunctions.ts";
import { typeName } from "./types.ts";

export function resolveFrom(tables: Ast, scope: Scope, ctes: CteScope | null, resolver: Resolver): void {
	for (const table of list(tables)) addJoined(table, { scope, ctes, resolver });
}

interface Place {
	readonly scope: Scope;
	readonly ctes: CteScope | null;
	readonly resolver: Resolver;
}

function addJoined(tableWithJoins: Ast, place: Place): void {
	const { scope, ctes, resolver } = place;
	const add = (source: Source | undefined): Source | undefined => {
		if (source !== undefined) scope.sources.push(source);
		return source;
	};
	const first = add(factor(field(tableWithJoins, "relation"), place));
	if (first !== undefined) scope.rows.push(first.rows ?? "?");
	for (const join of list(field(tableWithJoins, "joins"))) {
		const left = [...scope.sources];
		const right = add(factor(field(join, "relation"), place));
		const added = right === undefined ? scope.sources.slice(left.length) : [right];
		const [operator, body] = variant(field(join, "join_operator")) ?? [];
		if (right !== undefined) scope.rows.push(right.rows ?? "?");
		const constraint = isRecord(body) && "constraint" in body ? body.constraint : body;
		const match = field(body, "match_condition");
		const [kind, condition] = variant(constraint) ?? [];
		if (kind === "Using")
			for (const name of list(condition)) {
				const [column] = identifiers(name);
				if (column !== undefined) mergeColumn(column, left, added, place);
			}
		if (kind === "Natural") mergeCommon(left, added, place);
		const frame = { scope, ctes };
		scope.rows.push(`${operator}`);
		if (kind === "On") {
			resolver.indirect(resolver.expression(condition, frame).upstream);
			scope.rows.push(resolver.define(condition));
		}
		if (match !== undefined && match !== null) {
			resolver.indirect(resolver.expression(match, frame).upstream);
			scope.rows.push(resolver.define(match));
		}
	}
}

/** USING(name): one column of two sides, which also decides on rows. */
function mergeColumn(
	name: Identifier,
	left: readonly Source[],
	right: readonly Source[],
	{ scope, resolver }: Place,
): void {
	const folded = resolver.fold(name);
	const before = scope.merged.get(folded);
	const find = (sources: readonly Source[]): readonly LineageValue[] => {
		const closed = sources.filter((source) => hasColumn(source, folded));
		const from = closed.length > 0 ? closed : sources.filter((source) => source.open);
		return from.flatMap((source) => columnOf(source, folded, resolver.intern) ?? []);
	};
	const first = before ?? find(left);
	const second = find(right);
	if (first.length === 0 || second.length === 0) {
		const lacking = first.length === 0 ? left : right;
		resolver.remark(
			"unknown_column",
			folded,
			name,
			lacking.flatMap((source) => source.columns.map((c) => c.name)),
		);
	}
	const all = [...first, ...second];
	const several = !before && first.length > 1 ? all.map((one) => ({ ...one, confidence: "ambiguous" as const })) : all;
	scope.merged.set(folded, several.length === 0 ? [UNKNOWN] : several);
	scope.rows.push(`using ${definitionsOf(all)}`);
	resolver.indirect(union(all.map((value) => value.upstream)));
}

function mergeCommon(left: readonly Source[], right: readonly Source[], place: Place): void {
	const names = new Set(left.flatMap((source) => source.columns.map((column) => column.name)));
	for (const column of right.flatMap((source) => source.columns))
		if (names.has(column.name))
			mergeColumn({ value: column.name, quoted: true, line: 0, column: 0 }, left, right, place);
}

/** One table, subquery, function …; undefined where it brought its sources itself (a join in parentheses). */
function factor(ast: Ast, place: Place): Source | undefined {
	const { scope, ctes, resolver } = place;
	const [kind, body] = variant(ast) ?? ["", undefined];
	const alias = field(body, "alias");
	switch (kind) {
		case "Table": {
			const args = field(body, "args");
			if (isRecord(args)) {
				const name = identifiers(field(body, "name")).at(-1)?.value ?? "";
				const ordinality = field(body, "with_ordinality") === true;
				return functionSource({ name, args: field(args, "args"), alias, ordinality }, place);
			}
			const source = table(field(body, "name"), place);
			const part = [field(body, "sample"), field(body, "version"), field(body, "partitions")];
			const whole = part.every((one) => !isRecord(one) && list(one).length === 0);
			const rows = whole ? source.rows : shortDigest(`${source.rows} ${resolver.define(part)}`);
			return named({ ...source, rows }, alias, resolver);
		}
		case "Derived": {
			const lateral = field(body, "lateral") === true;
			const columns = resolver.query(field(body, "subquery"), ctes, lateral ? scope : scope.parent);
			return named({ alias: "", ...columns }, alias, resolver);
		}
		case "Function": {
			const name = identifiers(field(body, "name")).at(-1)?.value ?? "";
			const ordinality = field(body, "with_ordinality") === true;
			return functionSource({ name, args: field(body, "args"), alias, ordinality }, place);
		}
		case "TableFunction": {
			const call = field(field(body, "expr"), "Function");
			const name = identifiers(field(call, "name")).at(-1)?.value ?? "";
			const args = field(field(field(call, "args"), "List"), "args") ?? field(body, "expr");
			return functionSource({ name, args, alias, ordinality: false }, place);
		}
		case "UNNEST": {
			const ordinality = field(body, "with_ordinality") === true;
			return functionSource({ name: "unnest", args: field(body, "array_exprs"), alias, ordinality }, place);
		}
		case "NestedJoin":
			return nestedJoin(field(body, "table_with_joins"), alias, place);
		default:
			return opaque(body, alias, place);
	}
}

/** A table of the request, a CTE, or a name that nobody knows. */
function table(written: Ast, { ctes, resolver }: Place): Source {
	const name = identifiers(written);
	const parts = name.map((part) => resolver.fold(part));
	const alias = parts.at(-1) ?? "";
	if (parts.length === 1)
		for (let at = ctes; at !== null; at = at.parent) {
			const cte = at.named.get(alias);
			if (cte !== undefined) return { alias, ...cte };
		}
	const known = resolver.relation(parts);
	const qualifier = parts.length > 1 ? parts : undefined;
	const id = known?.id ?? parts.join(".");
	resolver.reads(id);
	resolver.notes.set(written, id);
	resolver.relationNotes.set(written, id);
	if (known === undefined) {
		if (!isSystemRelation(parts)) resolver.remark("unknown_relation", parts.join("."), name[0]);
		return { alias, qualifier, columns: [], open: true, openTo: [id], rows: id };
	}
	if (known.byHand === true) resolver.remark("unknown_relation", parts.join("."), name[0]);
	const columns = resolver.columnsOf(known);
	return { alias, qualifier, columns, open: known.open, openTo: known.open ? [id] : [], rows: id };
}

/** The columns of a known relation, as its readers have them. */
export const relationColumns = ({ id, columns }: KnownRelation, intern: Intern): readonly ScopeColumn[] =>
	columns.map(({ name, type }) => ({
		name,
		type,
		upstream: new Set([intern(id, name)]),
		confidence: "resolved",
		kind: "direct",
		definition: `${id}.${name}`,
	}));

interface Call {
	readonly name: string;
	readonly args: Ast;
	readonly alias: Ast;
	readonly ordinality: boolean;
}

/** A function in FROM sees the sources to its left. */
function functionSource({ name, args, alias, ordinality }: Call, { scope, ctes, resolver }: Place): Source {
	const values = list(args).map((arg) => resolver.expression(argument(arg), { scope, ctes }));
	const upstream = union(values.map((value) => value.upstream));
	const inner = combine(values.length === 0 ? [CONSTANT] : values);
	const value: LineageValue = {
		...inner,
		kind: inner.kind === "constant" ? "constant" : "expression",
		type: undefined,
	};
	const aliasName = identifier(field(alias, "name"));
	const written = list(field(alias, "columns"));
	const shape = tableFunction(name.toLowerCase(), list(args).length, resolver.dialect);
	const single = aliasName === undefined ? name.toLowerCase() : resolver.fold(aliasName);
	const fold = (column: string): string => (resolver.dialect.name === "snowflake" ? column.toUpperCase() : column);
	// `as t(a int, b text)` says itself which columns there are.
	const typed = written.length > 0 && written.every((column) => variant(field(column, "data_type")) !== undefined);
	const names = shape === undefined ? (written.length > 0 ? [] : undefined) : shape === "value" ? [single] : shape;
	const rows = shortDigest(`${name.toLowerCase()} ${resolver.define(args)}`);
	const columns = (names ?? []).map(
		(column, i): ScopeColumn => ({ ...value, name: fold(column), definition: `${rows}#${i}` }),
	);
	if (ordinality) columns.push({ ...CONSTANT, name: "ordinality", type: "bigint", definition: `${rows}#n` });
	const listed = typed || (shape === undefined && written.length > 0);
	const source: Source = {
		alias: fold(name.toLowerCase()),
		columns: listed
			? written.map((column, i) => ({ ...value, name: "", type: columnType(column), definition: `${rows}#${i}` }))
			: columns,
		rows,
		open: names === undefined,
		openTo: [],
		opaque: names === undefined ? upstream : undefined,
	};
	return named(source, alias, resolver);
}

const columnType = (column: Ast): string | undefined => {
	const written = field(column, "data_type");
	return written === null || written === undefined ? undefined : typeName(written);
};

/** The expression of an argument, whether named or not. */
export function argument(arg: Ast): Ast {
	const [kind, body] = variant(arg) ?? [];
	if (kind === "Unnamed") return field(body, "Expr") ?? body;
	if (kind === "Named" || kind === "ExprNamed") return field(field(body, "arg"), "Expr");
	return arg;
}

/** `as name(a, b, …)`: fewer names than columns leave the rest as they are. */
function named(source: Source, alias: Ast, resolver: Resolver): Source {
	const name = identifier(field(alias, "name"));
	if (name === undefined) return source;
	const written = list(field(alias, "columns"));
	const renamed = { ...source, alias: resolver.fold(name), qualifier: undefined };
	return written.length === 0 ? renamed : { ...renamed, ...renameColumns(renamed, written, resolver) };
}

/** The columns under the names of a list such as `t(a, b)`. */
export function renameColumns(source: Columns, written: readonly Ast[], resolver: Resolver): Columns {
	const names = written.map((column) => {
		const name = identifier(field(column, "name")) ?? identifier(column);
		return name === undefined ? "" : resolver.fold(name);
	});
	const columns = source.columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
	// Columns of an open source have no known order: a new name can mean any of them.
	const made = names.slice(columns.length).map((name): ScopeColumn => {
		const upstream = source.opaque ?? NO_COLUMNS;
		const confidence = source.opaque === undefined ? "unknown" : "opaque";
		return { name, upstream, confidence, kind: "expression", definition: `${source.rows}.${name}` };
	});
	return source.open ? { ...source, columns: [...columns, ...made] } : { ...source, columns };
}

/** `(a join b on …)`: its sources stand in the scope as if without parentheses, unless it has an alias. */
function nestedJoin(ast: Ast, alias: Ast, place: Place): Source | undefined {
	const { scope, resolver } = place;
	const inner = newScope(scope);
	addJoined(ast, { ...place, scope: inner });
	const rows = shortDigest(inner.rows.join(" "));
	if (identifier(field(alias, "name")) === undefined) {
		scope.sources.push(...inner.sources);
		scope.rows.push(rows);
		for (const [name, values] of inner.merged) scope.merged.set(name, values);
		return undefined;
	}
	const star = resolver.star(inner.sources, undefined, { scope: inner, ctes: place.ctes });
	return named({ alias: "", ...star, rows }, alias, resolver);
}

/** PIVOT, UNPIVOT, MATCH_RECOGNIZE, JSON_TABLE …: columns come somehow from what stands inside. */
function opaque(body: Ast, alias: Ast, place: Place): Source {
	const { resolver } = place;
	const inner = isRecord(field(body, "table")) ? factor(field(body, "table"), place) : undefined;
	const columns = inner === undefined ? NO_COLUMNS : wholeRow(inner, resolver.intern).upstream;
	const outer =
		inner === undefined ? union(allSources(place.scope).map((s) => wholeRow(s, resolver.intern).upstream)) : NO_COLUMNS;
	const source: Source = {
		alias: inner?.alias ?? "",
		columns: [],
		open: true,
		openTo: inner?.openTo ?? [],
		opaque: union([columns, outer]),
		rows: resolver.define(body),
	};
	return named(source, alias, resolver);
}
