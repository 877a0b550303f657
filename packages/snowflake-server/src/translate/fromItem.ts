import { SnowflakeError } from "../snowflakeError.ts";
import {
	type Ast,
	type AstRecord,
	fields,
	identifier,
	identifiers,
	isRecord,
	list,
	refuse,
	variant,
} from "../sql/ast.ts";
import { createCursor } from "../sql/cursor.ts";
import { type Name, quoted } from "../sql/names.ts";
import { informationSchema } from "../statements/informationSchema.ts";
import type { Environment, FromItem } from "./environment.ts";
import { expression } from "./expression.ts";

const DEEPEST_VIEW = 60;

/** What stands behind FROM: relations, subqueries, table functions, joined. */
export function fromItems(items: readonly Ast[], env: Environment): string {
	return items
		.map((item) => {
			const { relation, joins } = fields(item, "FROM", ["relation", "joins"]);
			return joined(relation, joins, env);
		})
		.join(", ");
}

function joined(first: Ast, joins: Ast, env: Environment): string {
	let text = fromItem(first, env);
	for (const join of list(joins)) {
		const { relation, join_operator } = fields(join, "JOIN", ["relation", "join_operator"]);
		text += ` ${joinClause(join_operator, fromItem(relation, env), env)}`;
	}
	return text;
}

const JOINS: Readonly<Record<string, string>> = {
	Join: "join",
	Inner: "join",
	Left: "left join",
	LeftOuter: "left join",
	Right: "right join",
	RightOuter: "right join",
	FullOuter: "full join",
	CrossJoin: "cross join",
};

function joinClause(ast: Ast, right: string, env: Environment): string {
	const [tag, body] = variant(ast);
	if (tag === "AsOf") {
		const { match_condition, constraint } = fields(body, "ASOF JOIN", ["match_condition", "constraint"]);
		const on = variant(constraint);
		const more = on[0] === "On" ? ` and ${expression(on[1], env)}` : "";
		return `asof left join ${right} on ${expression(match_condition, env)}${more}`;
	}
	const join = JOINS[tag];
	if (join === undefined) throw refuse(`the join ${tag}`, ast);
	const [kind, condition] = variant(body ?? "None");
	switch (kind) {
		case "None":
			// A comma before LATERAL and a JOIN without a condition are cross joins on Snowflake.
			return `${join === "join" ? "cross join" : join} ${right}`;
		case "Natural":
			return `natural ${join} ${right}`;
		case "On":
			return `${join} ${right} on ${expression(condition, env)}`;
		case "Using":
			return `${join} ${right} using (${list(condition)
				.map((name) => quoted(identifiers(name).at(-1) ?? ""))
				.join(", ")})`;
		default:
			throw refuse(`a join with ${kind}`, ast);
	}
}

export function fromItem(ast: Ast, env: Environment): string {
	const [tag, body] = variant(ast);
	switch (tag) {
		case "Table": {
			const { name, alias, args } = fields(body, "a table", ["name", "alias", "args"]);
			if (args) throw refuse("a table function without TABLE()", ast);
			const parts = objectName(name);
			return aliased(namedRelation(parts, env), alias, parts.at(-1));
		}
		case "Derived": {
			const { lateral, subquery, alias } = fields(body, "a subquery", ["lateral", "subquery", "alias"]);
			const sql = `${lateral === true ? "lateral " : ""}(${env.query(subquery as AstRecord, env)})`;
			return aliased({ sql }, alias, undefined);
		}
		case "NestedJoin": {
			const { table_with_joins, alias } = fields(body, "a nested join", ["table_with_joins", "alias"]);
			const { relation, joins } = fields(table_with_joins, "a nested join", ["relation", "joins"]);
			return aliased({ sql: `(${joined(relation, joins, env)})` }, alias, undefined);
		}
		case "TableFunction": {
			const { expr, alias } = fields(body, "TABLE()", ["expr", "alias"]);
			const [form, call] = variant(expr);
			if (form !== "Function" || !isRecord(call)) throw refuse("TABLE() of an expression", ast);
			const args = isRecord(call.args) ? (call.args.List as AstRecord | undefined)?.args : undefined;
			return aliased(tableFunction(call.name, args, env), alias, undefined);
		}
		case "Function": {
			const { lateral, name, args, alias } = fields(body, "a table function", ["lateral", "name", "args", "alias"]);
			if (lateral !== true) throw refuse("a table function without TABLE() or LATERAL", ast);
			return aliased(tableFunction(name, args, env), alias, undefined);
		}
		default:
			throw refuse(`${tag} behind FROM`, ast);
	}
}

/** The parts of a name, also of identifier('a.b'). */
export function objectName(ast: Ast): readonly Name[] {
	const [first] = list(ast);
	if (isRecord(first) && isRecord(first.Function)) {
		const [arg] = list(first.Function.args);
		const text = JSON.stringify(arg).match(/"SingleQuotedString":"((?:[^"\\]|\\.)*)"/)?.[1];
		if (identifier(first.Function.name) !== "IDENTIFIER" || text === undefined) throw refuse("a computed name", ast);
		return createCursor(JSON.parse(`"${text}"`) as string).name();
	}
	return identifiers(ast);
}

function aliased({ sql, columns }: FromItem, alias: Ast, fallback: Name | undefined): string {
	let name = fallback;
	let names = columns?.map(quoted) ?? [];
	if (alias) {
		const parts = fields(alias, "an alias", ["name", "columns"]);
		name = identifier(parts.name);
		const own = list(parts.columns).map((column) => quoted(identifier((column as AstRecord).name)));
		if (own.length > 0) names = own;
	}
	if (name === undefined) return sql;
	return `${sql} as ${quoted(name)}${names.length > 0 ? `(${names.join(", ")})` : ""}`;
}

/** A table, a view or a name of WITH. A view is its query again, read where the view was made. */
export function namedRelation(parts: readonly Name[], env: Environment): FromItem {
	const [only] = parts;
	if (parts.length === 1 && only !== undefined && env.ctes.has(only)) return { sql: quoted(only) };
	if (parts.at(-2) === "INFORMATION_SCHEMA") return informationSchema(parts, env.catalog, env.session);
	const ref = env.catalog.refer(parts, env.session);
	const relation = env.catalog.get(ref, env.session);
	if (relation.kind === "TABLE") return { sql: `main.${relation.storage}` };
	if (env.depth >= DEEPEST_VIEW)
		throw new SnowflakeError("002037", "42601", "SQL compilation error:\nFailure during expansion of view: too deep.");
	const { sql, database, schema } = relation.query;
	const inside: Environment = {
		...env,
		session: { ...env.session, database, schema },
		ctes: new Set(),
		depth: env.depth + 1,
	};
	const tree = env.parse(sql);
	return { sql: `(${env.query(tree.Query as AstRecord, inside)})`, columns: relation.columns.map(({ name }) => name) };
}

function tableFunction(name: Ast, args: Ast, env: Environment): FromItem {
	const written = identifiers(name).join(".");
	const options = new Map<string, Ast>();
	for (const arg of list(args)) {
		const [kind, body] = variant(arg);
		if (kind === "Named") {
			const { name: key, arg: inner } = fields(body, "an argument", ["name", "arg", "operator"]);
			options.set(identifier(key), variant(inner)[1]);
		} else options.set(String(options.size + 1), variant(body)[1]);
	}
	const take = (...keys: readonly string[]): Ast => {
		const key = keys.find((candidate) => options.has(candidate));
		if (key === undefined) return undefined;
		const found = options.get(key);
		options.delete(key);
		return found;
	};
	const item = ((): FromItem => {
		switch (written) {
			case "GENERATOR":
				return { sql: `(select range as "·SEQ" from range(${expression(take("ROWCOUNT"), env)}))` };
			case "FLATTEN": {
				const input = expression(take("INPUT", "1"), env);
				const outer = take("OUTER");
				return { sql: `lateral (select * from sf.flatten(${input}, ${outer ? expression(outer, env) : "false"}))` };
			}
			case "SPLIT_TO_TABLE": {
				const [text, mark] = [take("1"), take("2")].map((arg) => expression(arg, env));
				return {
					sql: `lateral (select 1 as "SEQ", generate_subscripts(p, 1) as "INDEX", unnest(p) as "VALUE" from (select string_split(${text}, ${mark}) as p))`,
				};
			}
			case "RESULT_SCAN": {
				const id = expression(take("1"), env).replace(/^'|'$/g, "");
				return env.result(id === env.session.lastQueryId ? null : id);
			}
			default:
				throw refuse(`the table function ${written}`, name);
		}
	})();
	const [left] = options.keys();
	if (left !== undefined) throw refuse(`the argument ${left} of ${written}`, name);
	return item;
}
