/** Queries: WITH, set operations, VALUES and SELECT, from the outside to the expressions. */
import {
	type Ast,
	field,
	identifier,
	identifiers,
	isRecord,
	list,
	startOf,
	type TextPlace,
	textOf,
	variant,
} from "./ast.ts";
import { definitionsOf, joinDefinitions, shortDigest } from "./definition.ts";
import { renameColumns } from "./fromClause.ts";
import { CONSTANT, type LineageValue, oneOf, union } from "./lineageValue.ts";
import { outputName } from "./outputName.ts";
import { sourceNamed } from "./resolveName.ts";
import type { CteScope, Frame, Resolver } from "./resolver.ts";
import { type Columns, newScope, type Scope, type ScopeColumn } from "./scope.ts";
import { commonType } from "./types.ts";

const NOTHING: Columns = { columns: [], open: true, openTo: [] };

/** What a body gives beside its columns: where ORDER BY looks names up. */
interface Body extends Columns {
	readonly frame?: Frame;
}

export function resolveQuery(ast: Ast, outer: CteScope | null, parent: Scope | null, resolver: Resolver): Columns {
	const ctes: CteScope = { named: new Map(), parent: outer };
	const recursive = field(field(ast, "with"), "recursive") === true;
	for (const cte of list(field(field(ast, "with"), "cte_tables"))) addCte(cte, { ctes, parent, recursive, resolver });
	const body = resolveBody(field(ast, "body"), ctes, parent, resolver);
	const order = field(field(field(ast, "order_by"), "kind"), "Expressions");
	for (const item of list(order)) orderItem(item, body, resolver);
	const { columns, open, openTo, opaque } = body;
	return { columns, open, openTo, opaque, rows: limitedRows(ast, body, resolver) };
}

/** Which rows a limit leaves hangs on their order. */
function limitedRows(ast: Ast, { rows }: Body, resolver: Resolver): string | undefined {
	const limits = [field(ast, "limit_clause"), field(ast, "fetch")].filter(isRecord);
	return limits.length === 0 ? rows : shortDigest(`${rows} ${resolver.define([field(ast, "order_by"), ...limits])}`);
}

function orderItem(item: Ast, { columns, frame }: Body, resolver: Resolver): void {
	const expr = field(item, "expr");
	const written = field(expr, "Identifier");
	const name = identifier(written);
	const output =
		name === undefined ? columnAt(expr, columns) : columns.find((column) => column.name === resolver.fold(name));
	if (output !== undefined) {
		resolver.indirect(output.upstream);
		resolver.notes.set(name === undefined ? expr : written, output.definition ?? output.name);
	} else if (frame !== undefined) resolver.indirect(resolver.expression(expr, { ...frame, aliasFirst: true }).upstream);
}

/** `order by 2`, `group by 2`. */
function columnAt(expr: Ast, columns: readonly ScopeColumn[]): ScopeColumn | undefined {
	const number = list(field(field(field(expr, "Value"), "value"), "Number"))[0];
	return typeof number === "string" ? columns[Number(number) - 1] : undefined;
}

interface CtePlace {
	readonly ctes: CteScope;
	readonly parent: Scope | null;
	readonly recursive: boolean;
	readonly resolver: Resolver;
}

function addCte(cte: Ast, { ctes, parent, recursive, resolver }: CtePlace): void {
	const alias = field(cte, "alias");
	const name = identifier(field(alias, "name"));
	if (name === undefined) return;
	const folded = resolver.fold(name);
	// An ephemeral model stands in front of its reader as a CTE: it is analysed once, and the reader's lineage leads to it.
	if (folded.toLowerCase().startsWith("__dbt__cte__") && resolver.relation([folded]) !== undefined) return;
	const written = list(field(alias, "columns"));
	const rename = (columns: Columns): Columns =>
		written.length === 0 ? columns : renameColumns(columns, written, resolver);
	const query = field(cte, "query");
	const operation = field(field(query, "body"), "SetOperation");
	if (!recursive || operation === undefined || operation === null) {
		ctes.named.set(folded, rename(resolver.query(query, ctes, parent)));
		return;
	}
	// The first branch says which columns there are; the second one reads them.
	const inner: CteScope = { named: new Map(), parent: ctes };
	for (const nested of list(field(field(query, "with"), "cte_tables")))
		addCte(nested, { ctes: inner, parent, recursive, resolver });
	const first = resolveBody(field(operation, "left"), inner, parent, resolver);
	inner.named.set(folded, rename(first));
	// A value may need several rounds to get into a column; each round but the last one adds to what is known.
	let found = rename(first);
	for (let round = 0; round <= first.columns.length; round++) {
		const second = resolveBody(field(operation, "right"), inner, parent, resolver);
		const next = rename(combineBranches(operation, first, second, resolver));
		const settled = sizeOf(next) === sizeOf(found);
		found = next;
		// What the columns mean is told by the first branch: a definition must not hold itself.
		inner.named.set(folded, { ...next, columns: withDefinitions(next.columns, rename(first).columns) });
		if (settled) break;
	}
	ctes.named.set(folded, found);
}

const sizeOf = ({ columns }: Columns): number => columns.reduce((sum, { upstream }) => sum + upstream.size, 0);

const withDefinitions = (columns: readonly ScopeColumn[], from: readonly ScopeColumn[]): readonly ScopeColumn[] =>
	columns.map((column, i) => ({ ...column, definition: from[i]?.definition }));

function resolveBody(ast: Ast, ctes: CteScope, parent: Scope | null, resolver: Resolver): Body {
	const [kind, body] = variant(ast) ?? [];
	switch (kind) {
		case "Select":
			return resolveSelect(body, ctes, parent, resolver);
		case "Query":
			return resolver.query(body, ctes, parent);
		case "Values":
			return resolveValues(body, { scope: newScope(parent), ctes }, resolver);
		case "SetOperation": {
			const left = resolveBody(field(body, "left"), ctes, parent, resolver);
			const right = resolveBody(field(body, "right"), ctes, parent, resolver);
			return combineBranches(body, left, right, resolver);
		}
		case "Table": {
			const name = tableName(body);
			const scope = newScope(parent);
			resolver.from([{ relation: { Table: { name } }, joins: [] }], scope, ctes);
			return resolver.star(scope.sources, undefined, { scope, ctes });
		}
		default:
			return NOTHING;
	}
}

/** `table x`. */
const tableName = (body: Ast): Ast =>
	[field(body, "schema_name"), field(body, "table_name")].flatMap((part): Ast[] =>
		typeof part === "string" ? [{ Identifier: { value: part, quote_style: null } }] : [],
	);

function resolveValues(body: Ast, frame: Frame, resolver: Resolver): Columns {
	const rows = list(field(body, "rows")).map((row) => list(isRecord(row) ? row.content : row));
	const width = Math.max(0, ...rows.map((row) => row.length));
	const columns = Array.from({ length: width }, (_, i): ScopeColumn => {
		const values = rows.flatMap((row) => (i < row.length ? [resolver.expression(row[i], frame)] : []));
		const name = resolver.fold({ value: `column${i + 1}`, quoted: false, line: 0, column: 0 });
		const definition = resolver.define(rows.map((row) => row[i]));
		return { ...oneOf(values), type: commonType(values.map((value) => value.type)), name, definition };
	});
	return { columns, open: false, openTo: [], rows: `values ${rows.length}` };
}

/** UNION, INTERSECT, EXCEPT: by position, or by name where the dialect has that. Names are the first branch's. */
function combineBranches(operation: Ast, left: Columns, right: Columns, resolver: Resolver): Columns {
	const quantifier = variant(field(operation, "set_quantifier"))?.[0] ?? "";
	const byName = quantifier.includes("ByName");
	const [operator] = variant(field(operation, "op")) ?? [""];
	const open = left.open || right.open;
	if (!open && !byName && left.columns.length !== right.columns.length)
		resolver.remark(
			"set_operation_arity",
			`${left.columns.length} and ${right.columns.length}`,
			// The second branch is what a person looks at.
			startOf(field(operation, "right")),
		);
	// Rows of the second branch are never shown: they decide which of the first are.
	const all = quantifier.startsWith("All") ? "" : `${definitionsOf(left.columns)} ${definitionsOf(right.columns)}`;
	const rows = shortDigest(`${operator} ${quantifier} ${left.rows} ${right.rows} ${all}`);
	if (operator === "Except" || operator === "Minus") {
		for (const column of right.columns) resolver.indirect(column.upstream);
		return { ...left, rows };
	}
	const partner = (column: ScopeColumn, i: number) =>
		byName ? right.columns.find((other) => other.name === column.name) : right.columns[i];
	const columns = left.columns.map((column, i): ScopeColumn => {
		const other = partner(column, i);
		if (other === undefined) return open ? { ...column, confidence: "assumed" } : column;
		const value = oneOf([column, other]);
		const definition = joinDefinitions([column, other]);
		// Behind the star of an open relation positions are not known.
		const confidence = open && !byName && value.confidence === "resolved" ? "assumed" : value.confidence;
		const { name, at } = column;
		return { ...value, confidence, type: commonType([column.type, other.type]), name, definition, at };
	});
	const more = byName
		? right.columns.filter((column) => !left.columns.some((other) => other.name === column.name))
		: [];
	const opaque = [left.opaque, right.opaque].filter((set) => set !== undefined);
	return {
		columns: [...columns, ...more],
		open,
		openTo: [...new Set([...left.openTo, ...right.openTo])],
		rows,
		...(opaque.length === 0 ? {} : { opaque: union(opaque) }),
	};
}

function resolveSelect(ast: Ast, ctes: CteScope, parent: Scope | null, resolver: Resolver): Body {
	const scope = newScope(parent);
	for (const pair of list(field(ast, "named_window"))) {
		const [name, window] = list(pair);
		const written = identifier(name);
		if (written !== undefined) scope.windows.set(resolver.fold(written), window);
	}
	resolver.from(field(ast, "from"), scope, ctes);
	const aliases = new Map<string, LineageValue>();
	const lateral = resolver.dialect.lateralAliases ? aliases : undefined;
	const frame: Frame = { scope, ctes, aliases: lateral };
	const parts: Columns[] = [];
	for (const item of list(field(ast, "projection"))) parts.push(selectItem(item, frame, aliases, resolver));
	const decide = (expr: Ast, within: Frame): void => {
		if (expr !== undefined && expr !== null) resolver.indirect(resolver.expression(expr, within).upstream);
	};
	decide(field(ast, "selection"), frame);
	decide(field(ast, "prewhere"), frame);
	const grouped: Frame = { scope, ctes, aliases };
	groupBy(field(ast, "group_by"), parts, grouped, resolver);
	decide(field(ast, "having"), frame);
	decide(field(ast, "qualify"), grouped);
	decide(field(field(ast, "distinct"), "On"), grouped);
	decide(field(ast, "connect_by"), grouped);
	const opaque = parts.flatMap((part) => part.opaque ?? []);
	const [first, second] = parts;
	const columns = first !== undefined && second === undefined ? first.columns : parts.flatMap((part) => part.columns);
	return {
		columns,
		rows: selectedRows(ast, columns, scope, resolver),
		open: parts.some((part) => part.open),
		openTo: [...new Set(parts.flatMap((part) => part.openTo))],
		...(opaque.length === 0 ? {} : { opaque: union(opaque) }),
		frame: { scope, ctes, aliases },
	};
}

/** FROM, conditions and groups; of a grouping or a distinction by columns these too. */
function selectedRows(ast: Ast, columns: readonly ScopeColumn[], scope: Scope, resolver: Resolver): string {
	const { group_by: groups, distinct, ...clauses } = isRecord(ast) ? ast : {};
	const grouped = groups !== undefined && list(field(groups, "Expressions")).some((part) => list(part).length > 0);
	const byAll = textOf(groups) === "All" || isRecord(field(groups, "All")) || Array.isArray(field(groups, "All"));
	const deciding = ["selection", "prewhere", "having", "qualify", "connect_by", "top"].flatMap((key) => {
		const clause = clauses[key];
		return clause === undefined || clause === null || (Array.isArray(clause) && clause.length === 0)
			? []
			: [`${key} ${resolver.define(clause)}`];
	});
	const own = [
		...deciding,
		...(grouped || byAll ? [groupsOf(groups, resolver)] : scope.aggregates ? ["one"] : []),
		...(distinct === undefined || distinct === null ? [] : [resolver.define(distinct)]),
		...(byAll || distinct === "Distinct" ? [definitionsOf(columns)] : []),
		...scope.rowMakers.map((call) => resolver.define(call)),
	];
	// `select … from q` alone has the rows of q.
	const [only, second] = scope.rows;
	if (only !== undefined && second === undefined && own.length === 0) return only;
	const parts = [...scope.rows, ...own];
	return shortDigest(parts.join(" "));
}

/** In which order groups are written does not matter. */
function groupsOf(groups: Ast, resolver: Resolver): string {
	const [expressions, modifiers] = list(field(groups, "Expressions"));
	const plain = Array.isArray(expressions) && list(modifiers).length === 0;
	const parts = plain
		? list(expressions)
				.map((expr) => resolver.define(expr))
				.sort()
		: [resolver.define(groups)];
	return `group ${parts.join()}`;
}

/** GROUP BY 2 means the second column; a name is a column of FROM before it is one of the select list. */
function groupBy(ast: Ast, parts: readonly Columns[], frame: Frame, resolver: Resolver): void {
	const [expressions] = list(field(ast, "Expressions"));
	const output = parts.flatMap((part) => part.columns);
	for (const expr of list(expressions)) {
		const column = columnAt(expr, output);
		if (column !== undefined) resolver.notes.set(expr, column.definition ?? column.name);
		resolver.indirect(column?.upstream ?? resolver.expression(expr, frame).upstream);
	}
}

function selectItem(item: Ast, frame: Frame, aliases: Map<string, LineageValue>, resolver: Resolver): Columns {
	const [kind, body] = variant(item) ?? [];
	if (kind === "Wildcard") return placedAt(startOf(body), resolver.star(frame.scope.sources, body, frame));
	if (kind === "QualifiedWildcard") return qualifiedStar(list(body), frame, resolver);
	const expr = kind === "ExprWithAlias" ? field(body, "expr") : body;
	const alias = kind === "ExprWithAlias" ? identifier(field(body, "alias")) : undefined;
	const resolved = resolver.expression(expr, frame);
	const value = { ...resolved, definition: resolver.notes.get(nameIn(expr)) ?? resolver.define(expr) };
	const name = alias === undefined ? outputName(expr, resolver) : resolver.fold(alias);
	if (!aliases.has(name)) aliases.set(name, value);
	return { columns: [{ ...value, name, at: alias ?? nameStart(expr) }], open: false, openTo: [] };
}

/** Of a column without alias: where the last part of its name stands, which is what it is called. */
function nameStart(expr: Ast): TextPlace | undefined {
	const [tag, body] = variant(expr) ?? [];
	return (tag === "CompoundIdentifier" ? identifiers(body).at(-1) : undefined) ?? startOf(expr);
}

/** Where a name was noted that is all of an expression. */
function nameIn(expr: Ast): Ast {
	const [tag, body] = variant(expr) ?? [];
	if (tag === "Nested") return nameIn(body);
	return tag === "Identifier" || tag === "CompoundIdentifier" || tag === "CompoundFieldAccess" ? body : undefined;
}

/** Columns of a star stand where a query inside writes them; those of relations stand at the star. */
const placedAt = (at: TextPlace | undefined, star: Columns): Columns =>
	at === undefined || star.columns.every((column) => column.at !== undefined)
		? star
		: { ...star, columns: star.columns.map((column) => ({ ...column, at: column.at ?? at })) };

function qualifiedStar([target, options]: readonly Ast[], frame: Frame, resolver: Resolver): Columns {
	const [kind, body] = variant(target) ?? [];
	if (kind !== "ObjectName") {
		// `(composite).*`: its fields are not known.
		const { upstream } = kind === "Expr" ? resolver.expression(body, frame) : CONSTANT;
		return { columns: [], open: true, openTo: [], opaque: upstream };
	}
	const name = identifiers(body);
	const folded = name.map((part) => resolver.fold(part));
	for (let scope: Scope | null = frame.scope; scope !== null; scope = scope.parent) {
		const source = sourceNamed(scope, folded);
		if (source !== undefined) return placedAt(name[0], resolver.star([source], options, frame));
	}
	resolver.remark(
		"unknown_relation",
		folded.join("."),
		name[0],
		frame.scope.sources.map((source) => source.alias),
	);
	return NOTHING;
}
