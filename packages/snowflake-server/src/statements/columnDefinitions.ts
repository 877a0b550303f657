import type { Column } from "../catalog/catalog.ts";
import { unsupported } from "../snowflakeError.ts";
import type { AstRecord } from "../sql/ast.ts";
import { type Cursor, createCursor } from "../sql/cursor.ts";
import type { Token } from "../sql/scan.ts";
import { type ColumnType, typeOf } from "../sql/types.ts";
import { expression } from "../translate/expression.ts";
import { environmentOf, type Statement } from "./statement.ts";

/** A column as it is written; `type` is null where a query gives it. */
export interface ColumnDefinition extends Omit<Column, "type"> {
	readonly type: ColumnType | null;
	/** DuckDB's SQL of the default. */
	readonly defaultSql: string | null;
}

/** Splits tokens at commas that stand in no parenthesis. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
	const groups: Token[][] = [[]];
	let depth = 0;
	for (const token of tokens) {
		if (token.text === "(") depth++;
		if (token.text === ")") depth--;
		if (token.text === "," && depth === 0) groups.push([]);
		else groups.at(-1)!.push(token);
	}
	return groups;
}

/** The columns between the parentheses of CREATE TABLE or VIEW. Keys are noted and not kept. */
export function columnDefinitions(tokens: readonly Token[], statement: Statement): readonly ColumnDefinition[] {
	return splitAtCommas(tokens).flatMap((group) => {
		const cursor = createCursor(statement.sql, group);
		if (isKey(cursor)) {
			statement.runtime.ledger.note("constraint not enforced", statement.sql);
			return [];
		}
		const definition = columnDefinition(cursor, statement);
		cursor.end();
		return [definition];
	});
}

const KEYS = ["constraint", "primary", "unique", "foreign"];

const isKey = (cursor: Cursor): boolean => {
	const first = cursor.peek();
	return first?.kind === "word" && KEYS.includes(first.text.toLowerCase()) && cursor.peek(1) !== undefined;
};

const NOT_A_TYPE = ["not", "null", "default", "comment", "primary", "unique", "masking", "with", "tag", "constraint"];

/** One column: name, type, and what may follow. */
export function columnDefinition(cursor: Cursor, statement: Statement): ColumnDefinition {
	const { ledger } = statement.runtime;
	const name = cursor.identifier();
	const next = cursor.peek();
	const type =
		next?.kind === "word" && !NOT_A_TYPE.includes(next.text.toLowerCase()) ? readType(cursor, statement) : null;
	let nullable = true;
	let comment: string | null = null;
	let written: string | null = null;
	let defaultSql: string | null = null;
	while (!cursor.atEnd()) {
		if (cursor.take("not", "null")) nullable = false;
		else if (cursor.take("null")) nullable = true;
		else if (cursor.take("comment")) comment = cursor.text();
		else if (cursor.take("default")) {
			written = defaultText(cursor);
			const tree = statement.runtime.parse(`select ${written}`);
			const body = ((tree.Query as AstRecord).body as AstRecord).Select as AstRecord;
			const [item] = body.projection as readonly AstRecord[];
			if (item?.UnnamedExpr === undefined) throw unsupported(`the default ${written}`);
			defaultSql = expression(item.UnnamedExpr, environmentOf(statement));
		} else if (cursor.take("primary", "key") || cursor.take("unique"))
			ledger.note("constraint not enforced", statement.sql);
		else if (cursor.take("with", "masking", "policy") || cursor.take("masking", "policy")) {
			cursor.name();
			if (cursor.take("using")) cursor.group();
			ledger.note("masking or row access policy", statement.sql);
		} else if (cursor.take("with", "tag") || cursor.take("tag")) {
			cursor.group();
			ledger.note("tag", statement.sql);
		} else throw cursor.refuse("the column option");
	}
	return { name, type, nullable, comment, default: written, defaultSql };
}

/** A literal, or a call like current_timestamp(). */
function defaultText(cursor: Cursor): string {
	const first = cursor.next();
	let text = first.text;
	if (text === "-") text += cursor.next().text;
	if (cursor.peek()?.text === "(")
		text += `(${cursor
			.group()
			.map((token) => token.text)
			.join(" ")})`;
	if (cursor.take("::")) text += `::${cursor.next().text}`;
	return text;
}

/** `number(10,2)`, `character varying(5)`, `timestamp_ntz`. */
export function readType(cursor: Cursor, statement: Statement): ColumnType {
	let written = cursor.next().text;
	if (/^(double|character|char)$/i.test(written)) {
		if (cursor.take("precision")) written += " precision";
		else if (cursor.take("varying")) written += " varying";
	}
	const numbers =
		cursor.peek()?.text === "("
			? cursor.group().flatMap((token) => (token.kind === "number" ? [Number(token.text)] : []))
			: [];
	const type = typeOf(written, numbers);
	if (type.name === "VARCHAR" && numbers.length > 0) statement.runtime.ledger.note("text length", statement.sql);
	return type;
}
