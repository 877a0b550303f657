import { SnowflakeError } from "../snowflakeError.ts";
import {
	type Ast,
	type AstRecord,
	fields,
	identifier,
	identifiers,
	isRecord,
	list,
	placeOf,
	refuse,
	variant,
} from "../sql/ast.ts";
import { literal, quoted } from "../sql/names.ts";
import { type ColumnType, duckType } from "../sql/types.ts";
import { callFunction } from "./callFunction.ts";
import { dataType } from "./dataType.ts";
import { datePart, extractPart } from "./dateParts.ts";
import type { Environment } from "./environment.ts";

/** One expression of Snowflake in DuckDB's SQL. Throws 0A000 for what is not known. */
export function expression(ast: Ast, env: Environment): string {
	const [tag, body] = variant(ast);
	const sub = (inner: Ast): string => expression(inner, env);
	switch (tag) {
		case "Identifier":
			return quoted(identifier(body));
		case "CompoundIdentifier":
			// The alias of a table is its last name: nothing before that is needed.
			return identifiers(body).slice(-2).map(quoted).join(".");
		case "Value":
		case "TypedString":
			return tag === "Value" ? value(body, env) : typedString(body, env);
		case "Nested":
			return `(${sub(body)})`;
		case "Tuple":
			return `(${list(body).map(sub).join(", ")})`;
		case "UnaryOp":
			return unary(fields(body, "an operator", ["op", "expr"]), env);
		case "BinaryOp":
			return binary(fields(body, "an operator", ["left", "op", "right"]), env);
		case "IsNull":
			return `(${sub(body)} is null)`;
		case "IsNotNull":
			return `(${sub(body)} is not null)`;
		case "IsTrue":
			return `(${sub(body)} is true)`;
		case "IsNotTrue":
			return `(${sub(body)} is not true)`;
		case "IsFalse":
			return `(${sub(body)} is false)`;
		case "IsNotFalse":
			return `(${sub(body)} is not false)`;
		case "IsDistinctFrom":
			return `(${distinct(body, ast).map(sub).join(" is distinct from ")})`;
		case "IsNotDistinctFrom":
			return `(${distinct(body, ast).map(sub).join(" is not distinct from ")})`;
		case "Between": {
			const { expr, negated, low, high } = fields(body, "BETWEEN", ["expr", "negated", "low", "high"]);
			return `(${sub(expr)} ${not(negated)}between ${sub(low)} and ${sub(high)})`;
		}
		case "InList": {
			const { expr, list: items, negated } = fields(body, "IN", ["expr", "list", "negated"]);
			const texts = list(items).every(isText);
			return `(${texts ? textOf(expr, env) : sub(expr)} ${not(negated)}in (${list(items).map(sub).join(", ")}))`;
		}
		case "InSubquery": {
			const { expr, subquery, negated } = fields(body, "IN", ["expr", "subquery", "negated"]);
			return `(${sub(expr)} ${not(negated)}in (${env.query(subquery as AstRecord, env)}))`;
		}
		case "Exists": {
			const { subquery, negated } = fields(body, "EXISTS", ["subquery", "negated"]);
			return `(${not(negated)}exists (${env.query(subquery as AstRecord, env)}))`;
		}
		case "Subquery":
			return `(${env.query(body as AstRecord, env)})`;
		case "Like":
		case "ILike":
			return like(tag.toLowerCase(), body, env);
		case "RLike": {
			const { expr, pattern, negated } = fields(body, "RLIKE", ["expr", "pattern", "negated"]);
			return `(${not(negated)}regexp_full_match(${textOf(expr, env)}, ${sub(pattern)}))`;
		}
		case "Case":
			return caseWhen(body, env);
		case "Cast":
			return castTo(fields(body, "CAST", ["kind", "expr", "data_type"]), env);
		case "JsonAccess":
			return `json_extract(${jsonPath(body, env).join(", ")})`;
		case "Function":
			return callFunction(body, env, expression);
		case "Interval": {
			const { value: amount, leading_field } = fields(body, "INTERVAL", ["value", "leading_field"]);
			return `interval ${sub(amount)}${leading_field ? ` ${variant(leading_field)[0]}` : ""}`;
		}
		case "Extract": {
			const { field, expr } = fields(body, "EXTRACT", ["field", "expr"]);
			const [part, custom] = variant(field);
			return extractPart(datePart(part === "Custom" ? identifier(custom) : part), sub(expr));
		}
		case "Substring": {
			const { expr, substring_from, substring_for } = fields(body, "SUBSTRING", [
				"expr",
				"substring_from",
				"substring_for",
			]);
			const length = substring_for ? `, ${sub(substring_for)}` : "";
			return `substring(${textOf(expr, env)}, ${sub(substring_from)}${length})`;
		}
		case "Trim": {
			const { expr, trim_where, trim_what, trim_characters } = fields(body, "TRIM", [
				"expr",
				"trim_where",
				"trim_what",
				"trim_characters",
			]);
			const name = trim_where ? { Both: "trim", Leading: "ltrim", Trailing: "rtrim" }[String(trim_where)] : "trim";
			const what = trim_what ?? list(trim_characters)[0];
			return `${name}(${textOf(expr, env)}${what ? `, ${sub(what)}` : ""})`;
		}
		case "Position": {
			const { expr, in: within } = fields(body, "POSITION", ["expr", "in"]);
			return `position(${sub(expr)} in ${sub(within)})`;
		}
		case "Ceil":
		case "Floor": {
			const { expr, field } = fields(body, tag.toUpperCase(), ["expr", "field"]);
			if (isRecord(field) && field.DateTimeField !== "NoDateTime")
				throw refuse(`${tag.toUpperCase()} to a part or scale`, ast);
			return `${tag.toLowerCase()}(${sub(expr)})`;
		}
		case "Array":
			return `json_array(${list(fields(body, "an array", ["elem"]).elem)
				.map(sub)
				.join(", ")})`;
		default:
			throw refuse(`the expression ${tag}`, ast);
	}
}

/** Both sides of IS DISTINCT FROM. The parser takes an AND or OR that follows for a part of the right one, which is refused. */
function distinct(body: Ast, ast: Ast): readonly Ast[] {
	const sides = list(body);
	const after = isRecord(sides[1]) && isRecord(sides[1].BinaryOp) ? String(sides[1].BinaryOp.op) : "";
	if (after === "And" || after === "Or") throw refuse("IS DISTINCT FROM before AND or OR without parentheses", ast);
	return sides;
}

const not = (negated: Ast): string => (negated === true ? "not " : "");

const isJson = (ast: Ast): boolean => isRecord(ast) && ("JsonAccess" in ast || ("Nested" in ast && isJson(ast.Nested)));

const constantOf = (ast: Ast): Ast =>
	isRecord(ast) && isRecord(ast.Value) && "value" in ast.Value ? ast.Value.value : undefined;
const isText = (ast: Ast): boolean => {
	const found = constantOf(ast);
	return isRecord(found) && ("SingleQuotedString" in found || "DollarQuotedString" in found);
};
const isNumber = (ast: Ast): boolean => {
	const found = constantOf(ast);
	return isRecord(found) && "Number" in found;
};

/** What stands within JSON as a text without its quotes; everything else as it is. */
function textOf(ast: Ast, env: Environment): string {
	if (!isRecord(ast) || !isJson(ast)) return expression(ast, env);
	return "Nested" in ast ? textOf(ast.Nested, env) : `json_extract_string(${jsonPath(ast.JsonAccess, env).join(", ")})`;
}

/** The document and the path within it. */
function jsonPath(ast: Ast, env: Environment): readonly [string, string] {
	const { value: document, path } = fields(ast, "a path", ["value", "path"]);
	const steps = list(fields(path, "a path", ["path"]).path).map((step) => {
		const [kind, body] = variant(step);
		if (kind === "Dot") return `."${String((body as AstRecord).key)}"`;
		const key = (body as AstRecord).key;
		const constant = constantOf(key);
		if (kind !== "Bracket" || !isRecord(constant)) throw refuse("a path with a computed step", ast);
		if ("Number" in constant) return `[${list(constant.Number)[0]}]`;
		return `."${String(constant.SingleQuotedString)}"`;
	});
	return [expression(document, env), literal(`$${steps.join("")}`)];
}

function value(ast: Ast, env: Environment): string {
	const { value: content } = fields(ast, "a literal", ["value"]);
	const [tag, body] = variant(content);
	switch (tag) {
		case "Number":
			return String(list(body)[0]);
		case "SingleQuotedString":
			return literal(String(body));
		case "DollarQuotedString":
			return literal(String((body as AstRecord).value));
		case "Boolean":
			return String(body);
		case "Null":
			return "null";
		case "Placeholder":
			return env.bind(String(body), placeOf(ast));
		default:
			throw refuse(`a literal of the kind ${tag}`, ast);
	}
}

function typedString(ast: Ast, env: Environment): string {
	const { data_type, value: content } = fields(ast, "a literal", ["data_type", "value"]);
	return `cast(${value(content, env)} as ${duckType(dataType(data_type))})`;
}

function unary({ op, expr }: AstRecord, env: Environment): string {
	const operator = { Minus: "-", Plus: "+", Not: "not " }[String(op)];
	if (operator === undefined) throw refuse(`the operator ${op}`, expr);
	return `(${operator}${expression(expr, env)})`;
}

const COMPARISONS: Readonly<Record<string, string>> = {
	Eq: "=",
	NotEq: "<>",
	Lt: "<",
	LtEq: "<=",
	Gt: ">",
	GtEq: ">=",
};
const OPERATORS: Readonly<Record<string, string>> = {
	Plus: "+",
	Minus: "-",
	Multiply: "*",
	Modulo: "%",
	And: "and",
	Or: "or",
};

function binary({ left, op, right }: AstRecord, env: Environment): string {
	const name = String(op);
	const comparison = COMPARISONS[name];
	if (comparison !== undefined)
		return `(${comparable(left, right, env)} ${comparison} ${comparable(right, left, env)})`;
	const [a, b] = [expression(left, env), expression(right, env)];
	if (name === "Divide") return `sf.quotient(${a}, ${b})`;
	if (name === "StringConcat") return `(${asText(left, a)} || ${asText(right, b)})`;
	const operator = OPERATORS[name];
	if (operator === undefined) throw refuse(`the operator ${name}`, left);
	return `(${a} ${operator} ${b})`;
}

/** Not around what is a text already: sf.text names its argument several times, and a chain of them would double. */
const asText = (ast: Ast, sql: string): string => (isText(ast) || isConcatenation(ast) ? sql : `sf.text(${sql})`);

const isConcatenation = (ast: Ast): boolean =>
	isRecord(ast) &&
	("Nested" in ast ? isConcatenation(ast.Nested) : isRecord(ast.BinaryOp) && ast.BinaryOp.op === "StringConcat");

/**
 * One side of a comparison. Snowflake converts a VARIANT to the other side's type; that is known here where the other
 * side is a literal, and refused where it is not, since DuckDB would compare texts.
 */
function comparable(ast: Ast, other: Ast, env: Environment): string {
	if (!isJson(ast) || isJson(other)) return expression(ast, env);
	if (isText(other)) return textOf(ast, env);
	if (isNumber(other)) return `cast(${textOf(ast, env)} as double)`;
	throw refuse("the comparison of a VARIANT without a cast", ast);
}

function like(operator: string, ast: Ast, env: Environment): string {
	const { expr, pattern, negated, any, escape_char } = fields(ast, "LIKE", [
		"expr",
		"pattern",
		"negated",
		"any",
		"escape_char",
	]);
	const escaping = escape_char ? ` escape ${value(escape_char, env)}` : "";
	const one = (item: Ast): string => `${textOf(expr, env)} ${operator} ${expression(item, env)}${escaping}`;
	if (any !== true) return `(${not(negated)}${one(pattern)})`;
	const patterns = isRecord(pattern) ? list(pattern.Tuple ?? [pattern.Nested]) : [];
	return `(${not(negated)}(${patterns.map(one).join(" or ")}))`;
}

function caseWhen(ast: Ast, env: Environment): string {
	const { operand, conditions, else_result } = fields(ast, "CASE", ["operand", "conditions", "else_result"]);
	const branches = list(conditions).map((branch) => {
		const { condition, result } = fields(branch, "CASE", ["condition", "result"]);
		return `when ${expression(condition, env)} then ${expression(result, env)}`;
	});
	const otherwise = else_result ? ` else ${expression(else_result, env)}` : "";
	return `case ${operand ? `${textOf(operand, env)} ` : ""}${branches.join(" ")}${otherwise} end`;
}

function castTo({ kind, expr, data_type }: AstRecord, env: Environment): string {
	const type = dataType(data_type);
	return conversion(type, kind === "TryCast", isJson(expr) ? jsonScalar(type, expr, env) : expression(expr, env));
}

const jsonScalar = (type: ColumnType, ast: Ast, env: Environment): string =>
	["VARIANT", "OBJECT", "ARRAY"].includes(type.name) ? expression(ast, env) : textOf(ast, env);

/** A value as another type. JSON becomes the text within it. */
export function conversion(type: ColumnType, attempt: boolean, sql: string): string {
	switch (type.name) {
		case "VARCHAR":
			return `sf.text(${sql})`;
		case "VARIANT":
		case "OBJECT":
		case "ARRAY":
			if (attempt)
				throw new SnowflakeError(
					"001065",
					"22023",
					`SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types VARCHAR(16777216) and ${type.name}`,
				);
			return `sf.json(${sql})`;
		case "BINARY":
			return `unhex(${sql})`;
		default:
			return `${attempt ? "try_cast" : "cast"}(${sql} as ${duckType(type)})`;
	}
}
