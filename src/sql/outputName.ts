import { type Ast, field, identifier, identifiers, list, variant } from "./ast.ts";
import type { Resolver } from "./resolver.ts";
import { typeName } from "./types.ts";

/** Types as Postgres calls them inside, which is what it names a column after that is a cast of a literal. */
const INTERNAL: Readonly<Record<string, string>> = {
	integer: "int4",
	bigint: "int8",
	smallint: "int2",
	"double precision": "float8",
	real: "float4",
	boolean: "bool",
	"character varying": "varchar",
	character: "bpchar",
	"timestamp without time zone": "timestamp",
	"timestamp with time zone": "timestamptz",
};

const NAMED_AFTER: Readonly<Record<string, string>> = {
	Case: "case",
	Extract: "extract",
	Exists: "exists",
	Array: "array",
	Substring: "substring",
	Trim: "btrim",
	Position: "position",
	Ceil: "ceil",
	Floor: "floor",
	Overlay: "overlay",
	AtTimeZone: "timezone",
	Interval: "interval",
	Tuple: "row",
};

/** What the database calls a column that has no alias. */
export function outputName(expr: Ast, resolver: Resolver): string {
	return nameOf(expr, resolver) ?? "?column?";
}

function nameOf(expr: Ast, resolver: Resolver): string | undefined {
	const [tag, body] = variant(expr) ?? ["", undefined];
	const fold = (name: ReturnType<typeof identifier>) => (name === undefined ? undefined : resolver.fold(name));
	switch (tag) {
		case "Identifier":
			return fold(identifier(body));
		case "CompoundIdentifier":
			return fold(identifiers(body).at(-1));
		case "Nested":
		case "Collate":
			return nameOf(tag === "Nested" ? body : field(body, "expr"), resolver);
		case "Function":
			return fold(identifiers(field(body, "name")).at(-1));
		case "Cast": {
			const inner = nameOf(field(body, "expr"), resolver);
			if (inner !== undefined) return inner;
			const type = typeName(field(body, "data_type"))?.replace(/\(.*\)$/, "");
			return type === undefined ? undefined : (INTERNAL[type] ?? type);
		}
		case "CompoundFieldAccess": {
			const last = identifier(field(list(field(body, "access_chain")).at(-1), "Dot"));
			return last === undefined ? nameOf(field(body, "root"), resolver) : fold(last);
		}
		case "TypedString": {
			const type = typeName(field(body, "data_type"));
			return type === undefined ? undefined : (INTERNAL[type] ?? type);
		}
		case "Value":
			return (field(field(field(body, "value"), "Boolean"), "") ?? isBoolean(body)) ? "bool" : undefined;
		case "Subquery": {
			const [first] = list(field(field(field(body, "body"), "Select"), "projection"));
			const [kind, item] = variant(first) ?? [];
			if (kind === "ExprWithAlias") return fold(identifier(field(item, "alias")));
			return kind === "UnnamedExpr" ? nameOf(item, resolver) : undefined;
		}
		default:
			return NAMED_AFTER[tag];
	}
}

const isBoolean = (body: Ast): boolean => variant(field(body, "value"))?.[0] === "Boolean";
