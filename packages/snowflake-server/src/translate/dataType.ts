import { type Ast, isRecord, list, variant } from "../sql/ast.ts";
import { type ColumnType, typeOf } from "../sql/types.ts";

/** The parser's tree of a type: `{ Custom: [[name], ["10", "2"]] }`, `{ Varchar: { IntegerLength: { length: 3 } } }`, `"Date"`. */
export function dataType(ast: Ast): ColumnType {
	const [tag, body] = variant(ast);
	if (tag !== "Custom") return typeOf(tag, numbersIn(body));
	const [name, args] = list(body);
	const [part] = list(name);
	const written = isRecord(part) && isRecord(part.Identifier) ? String(part.Identifier.value) : "?";
	return typeOf(written, numbersIn(args));
}

function numbersIn(ast: Ast): readonly number[] {
	if (typeof ast === "number" || typeof ast === "bigint") return [Number(ast)];
	if (typeof ast === "string") return /^\d+$/.test(ast) ? [Number(ast)] : [];
	if (Array.isArray(ast)) return (ast as readonly Ast[]).flatMap(numbersIn);
	return isRecord(ast) ? Object.values(ast).flatMap(numbersIn) : [];
}
