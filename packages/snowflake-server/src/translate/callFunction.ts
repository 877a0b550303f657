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
import { literal, quoted } from "../sql/names.ts";
import type { Environment } from "./environment.ts";
import { AGGREGATE_FUNCTIONS, type AggregateFunction, type Argument, SCALAR_FUNCTIONS } from "./functions.ts";
import { orderBy } from "./orderBy.ts";
import { windowSpec } from "./windowSpec.ts";

type Expression = (ast: Ast, env: Environment) => string;

interface Call extends AstRecord {
	readonly name: Ast;
}

/** A call of a function that is known, by name and number of arguments. Throws 002140 for no function of Snowflake's known here. */
export function callFunction(ast: Ast, env: Environment, expression: Expression): string {
	const call = fields(ast, "a function call", [
		"name",
		"parameters",
		"args",
		"over",
		"within_group",
		"null_treatment",
	]) as Call;
	const name = identifiers(call.name).join(".");
	const { args, distinct, nulls } = argumentList(call.args);
	const aggregate = AGGREGATE_FUNCTIONS.get(name);
	if (aggregate)
		return callAggregate({ ...aggregate, written: name }, call, { args, distinct, nulls }, env, expression);
	const fact = sessionFact(name, env);
	if (fact !== undefined) return fact;
	if (name === "OBJECT_CONSTRUCT" && args.length === 1 && isRecord(args[0]) && "wholeRow" in args[0])
		return `json_merge_patch('{}', to_json(${quoted(String(args[0].wholeRow))}))`;
	const scalar = SCALAR_FUNCTIONS.get(name);
	if (scalar === undefined) throw refuse(`the function ${name}`, ast);
	if (call.over || list(call.within_group).length > 0 || distinct) throw refuse(`${name} over several rows`, ast);
	if (args.length < scalar.least || args.length > scalar.most)
		throw refuse(`the function ${name} with ${args.length} arguments`, ast);
	return scalar.render(args.map((arg) => argument(arg, env, expression)));
}

interface Arguments {
	readonly args: readonly Ast[];
	readonly distinct: boolean;
	readonly nulls: Ast;
}

function argumentList(ast: Ast): Arguments {
	if (ast === "None" || ast === null || ast === undefined) return { args: [], distinct: false, nulls: null };
	const [tag, body] = variant(ast);
	if (tag !== "List") throw refuse("a subquery as the arguments of a function", ast);
	const { args, duplicate_treatment, clauses } = fields(body, "arguments", ["args", "duplicate_treatment", "clauses"]);
	const plain = list(args).map((arg) => {
		const [kind, content] = variant(arg);
		if (kind !== "Unnamed") throw refuse("a named argument of a function", arg);
		if (content === "Wildcard") return "*";
		const [form, inner] = variant(content);
		if (form === "QualifiedWildcard") return { wholeRow: identifiers(inner).at(-1) ?? "" };
		if (form !== "Expr") throw refuse(`an argument of the form ${form}`, arg);
		return inner;
	});
	const nulls = list(clauses).map((clause) => {
		const [kind, content] = variant(clause);
		if (kind !== "IgnoreOrRespectNulls") throw refuse(`the clause ${kind} of a function`, clause);
		return content;
	});
	return { args: plain, distinct: duplicate_treatment === "Distinct", nulls: nulls[0] ?? null };
}

function argument(ast: Ast, env: Environment, expression: Expression): Argument {
	if (ast === "*") throw refuse("* as an argument of this function", ast);
	const [tag, body] = variant(ast);
	const sql = expression(ast, env);
	if (tag === "Identifier") return { sql, word: identifier(body) };
	const content = tag === "Value" && isRecord(body) ? body.value : undefined;
	return isRecord(content) && typeof content.SingleQuotedString === "string"
		? { sql, text: content.SingleQuotedString }
		: { sql };
}

function callAggregate(
	aggregate: AggregateFunction & { readonly written: string },
	call: Call,
	{ args, distinct, nulls }: Arguments,
	env: Environment,
	expression: Expression,
): string {
	const { written, name, least, most, wrap, ordered, ofOrdered, windowOnly } = aggregate;
	const star = args.length === 1 && args[0] === "*";
	if (star && name !== "count") throw refuse(`${written}(*)`, call);
	if (args.length < least || args.length > most)
		throw refuse(`the function ${written} with ${args.length} arguments`, call);
	if (windowOnly && !call.over) throw refuse(`${written} without OVER`, call);
	const within = list(call.within_group);
	if (within.length > 0 ? !ordered && !ofOrdered : ofOrdered) throw refuse(`${written} WITHIN GROUP`, call);

	const sql = star ? ["*"] : args.map((arg) => expression(arg, env));
	if (name === "string_agg") {
		sql[0] = `sf.text(${sql[0]})`;
		sql[1] ??= "''";
	}
	// Snowflake's median of numbers has three digits more than they have.
	if (name === "median") sql[0] = `(${sql[0]} * 1.000)`;
	const treatment = (call.null_treatment ?? nulls) === "IgnoreNulls" ? " ignore nulls" : "";
	const order = within.length > 0 ? ` ${orderBy(within, env, expression)}` : "";
	let text = ofOrdered
		? `${name}(${sql.join(", ")}) within group (${order})`
		: `${name}(${distinct ? "distinct " : ""}${sql.join(", ")}${order}${treatment})`;
	if (name === "list") text += ` filter (where ${sql[0]} is not null)`;
	if (call.over) text += ` over ${windowSpec(call.over, env, expression)}`;
	return wrap ? wrap.replace("$", () => text) : text;
}

/** CURRENT_… and what else asks about the session or the clock. */
function sessionFact(name: string, { session }: Environment): string | undefined {
	const text = (value: string | null): string => (value === null ? "null" : literal(value));
	switch (name) {
		case "CURRENT_DATABASE":
			return text(session.database);
		case "CURRENT_SCHEMA":
			return text(session.schema);
		case "CURRENT_WAREHOUSE":
			return text(session.warehouse);
		case "CURRENT_ROLE":
			return text(session.role);
		case "CURRENT_USER":
			return text(session.user);
		case "CURRENT_ACCOUNT":
			return "'LOCAL'";
		case "CURRENT_REGION":
			return "'LOCAL'";
		case "CURRENT_VERSION":
			return "'0.0.0 local protocol server'";
		case "CURRENT_SECONDARY_ROLES":
			return literal(
				JSON.stringify({
					roles: session.secondaryRoles.join(","),
					value: session.secondaryRoles.length > 0 ? "ALL" : "",
				}),
			);
		case "CURRENT_SESSION":
			return literal(String(session.id));
		case "LAST_QUERY_ID":
			return literal(session.lastQueryId);
		case "CURRENT_DATE":
			return "current_date";
		case "CURRENT_TIME":
			return "current_localtime()";
		case "CURRENT_TIMESTAMP":
		case "LOCALTIMESTAMP":
		case "GETDATE":
			return "cast(now() as timestamptz)";
		case "SYSDATE":
			return "cast(now() as timestamp)";
		case "SEQ1":
		case "SEQ2":
		case "SEQ4":
		case "SEQ8":
			return '"·SEQ"';
		default:
			return undefined;
	}
}
