import {
	type Ast,
	type AstRecord,
	aliasOf,
	fields,
	identifier,
	identifiers,
	isRecord,
	list,
	refuse,
	variant,
} from "../sql/ast.ts";
import { quoted } from "../sql/names.ts";
import type { Environment } from "./environment.ts";
import { expression } from "./expression.ts";
import { fromItems } from "./fromItem.ts";
import { orderBy } from "./orderBy.ts";

/** A query: WITH, body, ORDER BY, LIMIT. */
export function query(ast: AstRecord, outer: Environment): string {
	const parts = fields(ast, "a query", ["with", "body", "order_by", "limit_clause", "fetch"]);
	const { text: withs, env } = withClause(parts.with, outer);
	const order = parts.order_by ? orderKeys(parts.order_by, env) : "";
	return [withs, body(parts.body, env), order, limit(parts, env)].filter(Boolean).join(" ");
}

function withClause(ast: Ast, env: Environment): { readonly text: string; readonly env: Environment } {
	if (!ast) return { text: "", env };
	const { recursive, cte_tables } = fields(ast, "WITH", ["recursive", "cte_tables"]);
	let inner = env;
	const items = list(cte_tables).map((table) => {
		const { alias, query: inside } = fields(table, "WITH", ["alias", "query"]);
		const { name, columns } = fields(alias, "WITH", ["name", "columns"]);
		const cte = identifier(name);
		const visible: Environment = { ...inner, ctes: new Set([...inner.ctes, cte]) };
		const text = query(inside as AstRecord, recursive === true ? visible : inner);
		inner = visible;
		return `${quoted(cte)}${columnList(columns)} as (${text})`;
	});
	return { text: `with ${recursive === true ? "recursive " : ""}${items.join(", ")}`, env: inner };
}

/** `(a, b)` behind an alias; nothing without columns. */
export function columnList(ast: Ast): string {
	const names = list(ast).map((column) => quoted(identifier((column as AstRecord).name)));
	return names.length === 0 ? "" : `(${names.join(", ")})`;
}

function body(ast: Ast, env: Environment): string {
	const [tag, content] = variant(ast);
	switch (tag) {
		case "Select":
			return select(content, env);
		case "Query":
			return `(${query(content as AstRecord, env)})`;
		case "Values":
			return valuesClause(content, env);
		case "SetOperation":
			return setOperation(content, env);
		default:
			throw refuse(`a query of the form ${tag}`, ast);
	}
}

/** Rows whose columns are COLUMN1, COLUMN2 … */
function valuesClause(ast: Ast, env: Environment): string {
	const rows = list(fields(ast, "VALUES", ["rows"]).rows).map((row) =>
		list(fields(row, "VALUES", ["content"]).content).map((item) => expression(item, env)),
	);
	const columns = (rows[0] ?? []).map((_, i) => quoted(`COLUMN${i + 1}`));
	return `select * from (values ${rows.map((row) => `(${row.join(", ")})`).join(", ")}) as "·V"(${columns.join(", ")})`;
}

function setOperation(ast: Ast, env: Environment): string {
	const { left, op, set_quantifier, right } = fields(ast, "a set operation", ["left", "op", "set_quantifier", "right"]);
	const operator = { Union: "union", Intersect: "intersect", Except: "except", Minus: "except" }[String(op)];
	const quantifier = { None: "", All: " all", Distinct: "", ByName: " by name", AllByName: " all by name" }[
		String(set_quantifier)
	];
	if (operator === undefined || quantifier === undefined || (operator !== "union" && quantifier !== ""))
		throw refuse(`${op} ${set_quantifier}`, ast);
	// EXCEPT and UNION bind alike from the left in both engines, INTERSECT tighter: parentheses keep the tree.
	const side = (inner: Ast): string =>
		variant(inner)[0] === "SetOperation" ? `(${body(inner, env)})` : body(inner, env);
	return `${side(left)} ${operator}${quantifier} ${side(right)}`;
}

function select(ast: Ast, env: Environment): string {
	const parts = fields(ast, "SELECT", [
		"distinct",
		"top",
		"projection",
		"from",
		"selection",
		"group_by",
		"having",
		"qualify",
		"window_before_qualify",
	]);
	if (parts.distinct && parts.distinct !== "Distinct" && parts.distinct !== "All") throw refuse("DISTINCT ON", ast);
	const distinct = parts.distinct === "Distinct" ? "distinct " : "";
	const from = list(parts.from);
	return [
		`select ${distinct}${list(parts.projection)
			.map((item) => projected(item, env))
			.join(", ")}`,
		from.length > 0 ? `from ${fromItems(from, env)}` : "",
		parts.selection ? `where ${expression(parts.selection, env)}` : "",
		groupBy(parts.group_by, env),
		parts.having ? `having ${expression(parts.having, env)}` : "",
		parts.qualify ? `qualify ${expression(parts.qualify, env)}` : "",
		parts.top ? `limit ${topRows(parts.top)}` : "",
	]
		.filter(Boolean)
		.join(" ");
}

function topRows(ast: Ast): string {
	const { quantity } = fields(ast, "TOP", ["quantity"]);
	const [tag, rows] = variant(quantity);
	if (tag !== "Constant") throw refuse("TOP with an expression", ast);
	return String(rows);
}

function projected(ast: Ast, env: Environment): string {
	const [tag, content] = variant(ast);
	switch (tag) {
		case "UnnamedExpr":
			return unnamed(content, env);
		case "ExprWithAlias": {
			const { expr, alias } = fields(content, "SELECT", ["expr", "alias"]);
			return `${expression(expr, env)} as ${quoted(aliasOf(alias))}`;
		}
		case "Wildcard":
			return `*${wildcardOptions(content, env)}`;
		case "QualifiedWildcard": {
			const [source, options] = list(content);
			const [form, name] = variant(source);
			if (form !== "ObjectName") throw refuse("* of an expression", ast);
			return `${quoted(identifiers(name).at(-1) ?? "")}.*${wildcardOptions(options, env)}`;
		}
		default:
			throw refuse(`${tag} in SELECT`, ast);
	}
}

/** A column without an alias is called as it is written; only names and calls are short enough to be told apart here. */
function unnamed(ast: Ast, env: Environment): string {
	const sql = expression(ast, env);
	const [tag, content] = variant(ast);
	if (tag === "Identifier" || tag === "CompoundIdentifier") return sql;
	if (tag === "Function" && isRecord(content)) {
		const name = identifiers(content.name).join(".");
		const args = isRecord(content.args) ? list((content.args.List as AstRecord | undefined)?.args) : [];
		const inside = args.length === 0 ? "" : args.length === 1 && isStar(args[0]) ? "*" : null;
		if (inside !== null && !content.over) return `${sql} as ${quoted(`${name}(${inside})`)}`;
	}
	if (tag === "Value" && /^[\d.]+$|^'.*'$/.test(sql)) return `${sql} as ${quoted(sql.toUpperCase())}`;
	return `${sql} as ${quoted(spelled(sql))}`;
}

const isStar = (arg: Ast): boolean => isRecord(arg) && arg.Unnamed === "Wildcard";

/** The name that an expression without an alias gets: Snowflake's is its text, ours comes from the translation. */
const spelled = (sql: string): string => sql.replace(/["·]/g, "").toUpperCase().slice(0, 120);

function wildcardOptions(ast: Ast, env: Environment): string {
	const options = fields(ast, "*", ["opt_exclude", "opt_rename", "opt_replace"]);
	let text = "";
	if (options.opt_exclude) {
		const [form, names] = variant(options.opt_exclude);
		const columns = form === "Single" ? [names] : list(names);
		text += ` exclude (${columns.map((name) => quoted(identifiers(name).at(-1) ?? "")).join(", ")})`;
	}
	if (options.opt_replace) {
		const items = list((options.opt_replace as AstRecord).items).map((item) => {
			const { expr, column_name } = fields(item, "REPLACE", ["expr", "column_name", "as_keyword"]);
			return `${expression(expr, env)} as ${quoted(identifier(column_name))}`;
		});
		text += ` replace (${items.join(", ")})`;
	}
	if (options.opt_rename) {
		const [form, body] = variant(options.opt_rename);
		const items = (form === "Single" ? [body] : list(body)).map((item) => {
			const { ident, alias } = fields(item, "RENAME", ["ident", "alias"]);
			return `${quoted(identifier(ident))} as ${quoted(identifier(alias))}`;
		});
		text += ` rename (${items.join(", ")})`;
	}
	return text;
}

function groupBy(ast: Ast, env: Environment): string {
	const [tag, content] = variant(ast);
	if (tag === "All") return "group by all";
	const [keys, modifiers] = list(content);
	if (list(modifiers).length > 0) throw refuse("a modifier of GROUP BY", ast);
	const items = list(keys).map((key) => {
		const [form, sets] = variant(key);
		const word = { GroupingSets: "grouping sets", Rollup: "rollup", Cube: "cube" }[form];
		if (word === undefined) return expression(key, env);
		const groups = list(sets).map(
			(set) =>
				`(${list(set)
					.map((item) => expression(item, env))
					.join(", ")})`,
		);
		return `${word} (${groups.join(", ")})`;
	});
	return items.length === 0 ? "" : `group by ${items.join(", ")}`;
}

function orderKeys(ast: Ast, env: Environment): string {
	const { kind } = fields(ast, "ORDER BY", ["kind"]);
	const [tag, keys] = variant(kind);
	if (tag !== "Expressions") throw refuse("ORDER BY ALL", ast);
	return orderBy(keys, env, expression);
}

function limit(parts: AstRecord, env: Environment): string {
	if (parts.fetch) {
		const { quantity } = fields(parts.fetch, "FETCH", ["quantity"]);
		return `limit ${expression(quantity, env)}`;
	}
	if (!parts.limit_clause) return "";
	const [tag, content] = variant(parts.limit_clause);
	if (tag !== "LimitOffset") throw refuse(`a limit of the form ${tag}`, parts.limit_clause);
	const { limit: rows, offset } = fields(content, "LIMIT", ["limit", "offset"]);
	const skip = offset ? ` offset ${expression((offset as AstRecord).value, env)}` : "";
	return `${rows ? `limit ${expression(rows, env)}` : ""}${skip}`;
}
