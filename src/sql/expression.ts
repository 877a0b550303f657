/** Expressions: which columns go into one, what is done to them, and which type comes out. */
import { type Ast, field, type Identifier, identifier, identifiers, isRecord, list, textOf, variant } from "./ast.ts";
import { argument } from "./fromClause.ts";
import { AGGREGATES, functionType } from "./functionTypes.ts";
import { CONSTANT, combine, type LineageValue } from "./lineageValue.ts";
import { operatorType } from "./operatorTypes.ts";
import { resolveName, sourceNamed } from "./resolveName.ts";
import type { Frame, Resolver } from "./resolver.ts";
import { newScope, wholeRow } from "./scope.ts";
import { commonType, typeName } from "./types.ts";

/** Fields that hold no expressions, though some look like one. */
const NOT_EXPRESSIONS = new Set(
	(
		"span data_type alias wildcard_token case_token end_token op collation leading_field last_field field unit date_part " +
		"fractional_seconds_precision leading_precision quote_style compare_op parameters null_treatment trim_where kind " +
		"window_frame options operator duplicate_treatment shorthand special named array format syntax"
	).split(" "),
);

/** In a select list such a call gives more rows, or none. */
const ROW_MAKERS =
	/^(unnest|generate_series|generate_subscripts|jsonb?_array_elements(_text)?|jsonb?_each(_text)?|jsonb?_object_keys|jsonb_path_query|regexp_matches|regexp_split_to_table|string_to_table|explode)$/;

/** Functions of Snowflake and DuckDB that take a part of a date as a bare word: first, or for these last. */
const DATE_FUNCTIONS = new Set(
	(
		"datediff dateadd date_trunc timestampdiff timestampadd date_part timediff timeadd datepart date_diff " +
		"datetime_diff date_add date_sub timestamp_diff"
	).split(" "),
);
const DATE_PART_LAST = new Set("last_day next_day previous_day trunc time_slice date_trunc".split(" "));
const DATE_PARTS = new Set(
	(
		"year years yy yyyy quarter quarters qtr month months mon mm week weeks wk isoweek weekiso day days dd d dayofweek " +
		"dow dayofyear doy hour hours hh minute minutes min mi second seconds ss sec s millisecond milliseconds ms " +
		"microsecond microseconds us nanosecond nanoseconds ns epoch epoch_second decade century"
	).split(" "),
);

type Rule = (body: Ast, frame: Frame, resolver: Resolver) => LineageValue;

export function resolveExpression(ast: Ast, frame: Frame, resolver: Resolver): LineageValue {
	if (Array.isArray(ast)) return combine(list(ast).map((item) => resolver.expression(item, frame)));
	if (!isRecord(ast)) return CONSTANT;
	const [tag, body] = variant(ast) ?? [];
	if (tag === undefined) return inside(ast, frame, resolver);
	const rule = Object.hasOwn(RULES, tag) ? RULES[tag] : undefined;
	return rule === undefined ? resolver.expression(body, frame) : rule(body, frame, resolver);
}

/** All expressions in the fields of a structure. */
function inside(ast: Ast, frame: Frame, resolver: Resolver): LineageValue {
	if (!isRecord(ast)) return CONSTANT;
	// A query that no rule knows of: in a place where this version of the parser allows one.
	if ("body" in ast && "order_by" in ast) return subquery(ast, frame, resolver);
	const values: LineageValue[] = [];
	for (const [key, value] of Object.entries(ast))
		if (typeof value === "object" && value !== null && !NOT_EXPRESSIONS.has(key))
			values.push(resolver.expression(value, frame));
	return values.length === 0 ? CONSTANT : combine(values);
}

const typed =
	(type: string): Rule =>
	(body, frame, resolver) => ({ ...combine([fieldsOf(body, frame, resolver)]), type });

const fieldsOf: Rule = (body, frame, resolver) =>
	Array.isArray(body) || variant(body) !== undefined ? resolver.expression(body, frame) : inside(body, frame, resolver);

/** The columns of a query that stands for a value; its first column gives the type. */
function subquery(ast: Ast, frame: Frame, resolver: Resolver): LineageValue {
	const { columns, opaque } = resolver.query(ast, frame.ctes, frame.scope);
	const value = combine(columns);
	const upstream = opaque === undefined ? value.upstream : new Set([...value.upstream, ...opaque]);
	return { ...value, upstream, type: columns[0]?.type };
}

const RULES: Readonly<Record<string, Rule>> = {
	Identifier: (body, frame, resolver) => {
		const name = identifier(body);
		return name === undefined ? CONSTANT : resolvedName(body, [name], frame, resolver);
	},
	CompoundIdentifier: (body, frame, resolver) => {
		const names = identifiers(body);
		return names.length === 0 ? CONSTANT : resolvedName(body, names, frame, resolver);
	},
	Nested: (body, frame, resolver) => resolver.expression(body, frame),
	Collate: (body, frame, resolver) => resolver.expression(field(body, "expr"), frame),
	Cast: (body, frame, resolver) => {
		const value = resolver.expression(field(body, "expr"), frame);
		const type = typeName(field(body, "data_type"));
		return { ...value, type, kind: value.kind === "direct" ? "cast" : value.kind };
	},
	Value: (body, frame, resolver) => {
		const column = positional(body, frame, resolver);
		if (column?.definition !== undefined) resolver.notes.set(body, column.definition);
		return column ?? { ...CONSTANT, type: literalType(field(body, "value")) };
	},
	TypedString: (body) => ({ ...CONSTANT, type: typeName(field(body, "data_type")) }),
	Interval: typed("interval"),
	Subquery: subquery,
	Exists: (body, frame, resolver) => {
		// Whether there is a row is told by the query's conditions, which it notes itself; what it selects is not looked at.
		resolver.query(field(body, "subquery"), frame.ctes, frame.scope);
		return { ...CONSTANT, kind: "expression", type: "boolean" };
	},
	InSubquery: (body, frame, resolver) => {
		const value = resolver.expression(field(body, "expr"), frame);
		return { ...combine([value, subquery(field(body, "subquery"), frame, resolver)]), type: "boolean" };
	},
	BinaryOp: binary,
	UnaryOp: (body, frame, resolver) => {
		const value = resolver.expression(field(body, "expr"), frame);
		return { ...combine([value]), type: textOf(field(body, "op")) === "Not" ? "boolean" : value.type };
	},
	IsNull: typed("boolean"),
	IsNotNull: typed("boolean"),
	IsTrue: typed("boolean"),
	IsNotTrue: typed("boolean"),
	IsFalse: typed("boolean"),
	IsNotFalse: typed("boolean"),
	IsUnknown: typed("boolean"),
	IsNotUnknown: typed("boolean"),
	IsDistinctFrom: typed("boolean"),
	IsNotDistinctFrom: typed("boolean"),
	Between: typed("boolean"),
	Like: typed("boolean"),
	ILike: typed("boolean"),
	SimilarTo: typed("boolean"),
	RLike: typed("boolean"),
	InList: typed("boolean"),
	InUnnest: typed("boolean"),
	AnyOp: typed("boolean"),
	AllOp: typed("boolean"),
	Extract: typed("numeric"),
	Substring: typed("text"),
	Trim: typed("text"),
	Overlay: typed("text"),
	Position: typed("integer"),
	AtTimeZone: (body, frame, resolver) => {
		const time = resolver.expression(field(body, "timestamp"), frame);
		const value = combine([time, resolver.expression(field(body, "time_zone"), frame)]);
		const zoned = time.type?.endsWith("with time zone") === true;
		const type = zoned ? "timestamp without time zone" : "timestamp with time zone";
		return { ...value, type: time.type === undefined ? undefined : type };
	},
	// Each part once: nested cases would otherwise be walked twice at every level.
	Case: (body, frame, resolver) => {
		const value = (ast: Ast) => (isRecord(ast) ? [resolver.expression(ast, frame)] : []);
		const whens = list(field(body, "conditions"));
		const tests = [...value(field(body, "operand")), ...whens.flatMap((when) => value(field(when, "condition")))];
		const results = [...whens.flatMap((when) => value(field(when, "result"))), ...value(field(body, "else_result"))];
		return { ...combine([...tests, ...results]), type: commonType(results.map((result) => result.type)) };
	},
	Ceil: roundedLike,
	Floor: roundedLike,
	Array: (body, frame, resolver) => {
		const elements = list(field(body, "elem")).map((element) => resolver.expression(element, frame));
		const type = commonType(elements.map((element) => element.type));
		return {
			...(elements.length === 0 ? CONSTANT : combine(elements)),
			type: type === undefined ? undefined : `${type}[]`,
		};
	},
	Function: call,
	CompoundFieldAccess: (body, frame, resolver) => {
		const names = fieldPath(body, frame, resolver);
		if (names !== undefined) return resolvedName(body, names, frame, resolver);
		const root = resolver.expression(field(body, "root"), frame);
		const chain = list(field(body, "access_chain"));
		const subscripts = chain.map((step) => resolver.expression(field(step, "Subscript"), frame));
		const element = chain.length === 1 && root.type?.endsWith("[]") === true ? root.type.slice(0, -2) : undefined;
		const index = isRecord(field(field(chain[0], "Subscript"), "Index"));
		return { ...combine([root, ...subscripts]), type: index ? element : undefined };
	},
	JsonAccess: (body, frame, resolver) => combine([resolver.expression(field(body, "value"), frame)]),
	Lambda: (body, frame, resolver) => {
		const [kind, params] = variant(field(body, "params")) ?? [];
		const names = kind === "Many" ? list(params) : [params];
		const columns = names.flatMap((param) => {
			const name = identifier(field(param, "name")) ?? identifier(param);
			return name === undefined ? [] : [{ ...CONSTANT, name: resolver.fold(name) }];
		});
		const scope = newScope(frame.scope);
		scope.sources.push({ alias: "", columns, open: false, openTo: [] });
		return resolver.expression(field(body, "body"), { ...frame, scope });
	},
	Wildcard: () => CONSTANT,
	QualifiedWildcard: (body, frame, resolver) => {
		// `t.*`: the name alone as an argument, with options elsewhere.
		const alone = identifiers(body);
		const name = alone.length > 0 ? alone : identifiers(list(body)[0]);
		return name.length === 0 ? CONSTANT : resolvedName(body, name.slice(-1), frame, resolver);
	},
	NamedWindow: (body, frame, resolver) => namedWindow(body, frame, resolver),
};

/** A name, with what it stands for noted at its place. */
function resolvedName(at: Ast, names: readonly Identifier[], frame: Frame, resolver: Resolver): LineageValue {
	const value = resolveName(names, frame, resolver);
	const from = () => [...value.upstream].map(({ node, column }) => `${node}.${column}`);
	const written = () => [...names.map((name) => resolver.fold(name)), ...from()].join("~");
	resolver.notes.set(at, value.definition ?? written());
	return value;
}

function roundedLike(body: Ast, frame: Frame, resolver: Resolver): LineageValue {
	const value = resolver.expression(field(body, "expr"), frame);
	return { ...combine([value]), type: functionType("floor", [value], resolver.dialect.name) };
}

/** A chain of operators leans to the left, as deep as it is long: walked in a loop. */
function binary(body: Ast, frame: Frame, resolver: Resolver): LineageValue {
	const chain: { readonly op: string; readonly right: Ast }[] = [];
	let at: Ast = body;
	let left: Ast;
	for (;;) {
		chain.push({ op: variant(field(at, "op"))?.[0] ?? "", right: field(at, "right") });
		left = field(at, "left");
		const next = field(left, "BinaryOp");
		if (!isRecord(next)) break;
		at = next;
	}
	const values = [resolver.expression(left, frame)];
	let type = values[0]?.type;
	for (const { op, right } of chain.reverse()) {
		const value = resolver.expression(right, frame);
		values.push(value);
		type = operatorType(op, type, value.type);
	}
	return { ...combine(values), type };
}

/** `(t).column` of Postgres is `t.column` where t is a relation. */
function fieldPath(body: Ast, frame: Frame, resolver: Resolver) {
	const root = identifier(field(field(body, "root"), "Nested"));
	const chain = list(field(body, "access_chain"));
	const step = chain.length === 1 ? identifier(field(chain[0], "Dot")) : undefined;
	if (root === undefined || step === undefined) return undefined;
	const source = sourceNamed(frame.scope, [resolver.fold(root)]);
	return source === undefined ? undefined : [root, step];
}

/** `$2` of Snowflake: a column by its place. */
function positional(body: Ast, { scope }: Frame, { dialect, intern }: Resolver): LineageValue | undefined {
	const placeholder = textOf(field(field(body, "value"), "Placeholder"));
	const [only, second] = scope.sources;
	if (dialect.name !== "snowflake" || placeholder === undefined || !/^\$\d+$/.test(placeholder)) return undefined;
	if (only === undefined || second !== undefined) return { ...CONSTANT, confidence: "unknown", kind: "direct" };
	const column = only.open ? undefined : only.columns[Number(placeholder.slice(1)) - 1];
	return column ?? { ...wholeRow(only, intern), confidence: "opaque" };
}

function literalType(value: Ast): string | undefined {
	const [kind, body] = variant(value) ?? [];
	if (kind === undefined || kind === "Null" || kind === "Placeholder") return undefined;
	if (kind === "Boolean") return "boolean";
	if (kind !== "Number") return /String/.test(kind) ? "text" : undefined;
	const [text] = list(body);
	if (!/^\d+$/.test(String(text))) return "numeric";
	const number = Number(text);
	return number <= 2_147_483_647 ? "integer" : number < 9.2e18 ? "bigint" : "numeric";
}

function call(body: Ast, frame: Frame, resolver: Resolver): LineageValue {
	const name = (identifiers(field(body, "name")).at(-1)?.value ?? "").toLowerCase();
	const args = field(body, "args");
	const written = list(field(field(args, "List"), "args")).map(argument);
	const isDatePart = (arg: Ast, i: number): boolean => {
		const place = (i === 0 && DATE_FUNCTIONS.has(name)) || (i > 0 && DATE_PART_LAST.has(name));
		const word = identifier(field(arg, "Identifier"));
		return place && word !== undefined && DATE_PARTS.has(word.value.toLowerCase());
	};
	// Postgres writes parts of dates as texts.
	const plain = resolver.dialect.name === "postgres" ? written : written.filter((arg, i) => !isDatePart(arg, i));
	const values = plain.map((arg) =>
		name !== "count" && isWildcard(arg) ? everySource(frame, resolver) : resolver.expression(arg, frame),
	);
	const query = field(args, "Subquery");
	const others = [
		...(isRecord(query) ? [subquery(query, frame, resolver)] : []),
		...[field(field(args, "List"), "clauses"), field(body, "filter"), field(body, "within_group"), field(body, "over")]
			.filter((part) => typeof part === "object" && part !== null)
			.map((part) => resolver.expression(part, frame)),
	];
	const inner = [...values, ...others];
	const value = inner.length === 0 ? CONSTANT : combine(inner);
	const windowed = isRecord(field(body, "over"));
	if (!windowed && AGGREGATES.has(name)) frame.scope.aggregates = true;
	if (ROW_MAKERS.test(name)) frame.scope.rowMakers.push(body);
	const own = windowed ? "window" : AGGREGATES.has(name) ? "aggregate" : undefined;
	const [element] = others;
	const ofQuery = isRecord(query) && name === "array" && element?.type !== undefined ? `${element.type}[]` : undefined;
	const type = ofQuery ?? functionType(name, values, resolver.dialect.name) ?? windowlessType(name, args);
	// Without columns it is still no constant: now(), random(), a sequence.
	const kind = own ?? (value.kind === "constant" ? (values.length === 0 ? "expression" : "constant") : value.kind);
	return { ...value, kind, type };
}

const isWildcard = (arg: Ast): boolean => /^Wildcard/.test(variant(arg)?.[0] ?? "");

/** `object_construct(*)`: all of the row. */
const everySource = ({ scope }: Frame, { intern }: Resolver): LineageValue =>
	combine(scope.sources.map((source) => wholeRow(source, intern)));

/** `current_date` and its like come as calls without parentheses. */
function windowlessType(name: string, args: Ast): string | undefined {
	if (args !== "None") return undefined;
	if (name === "current_date") return "date";
	if (name === "current_timestamp") return "timestamp with time zone";
	return name === "localtimestamp" ? "timestamp without time zone" : undefined;
}

function namedWindow(body: Ast, frame: Frame, resolver: Resolver): LineageValue {
	const name = identifier(body);
	const window = name === undefined ? undefined : frame.scope.windows.get(resolver.fold(name));
	if (window === undefined) return CONSTANT;
	const value = resolver.expression(window, frame);
	resolver.notes.set(body, resolver.define(window));
	return value;
}
