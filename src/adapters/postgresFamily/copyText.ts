import type { Dialect } from "../../core/adapter.ts";
import type { RelationName } from "../../core/relation.ts";

/**
 * COPY's text format: columns parted by tabs, rows by newlines, null as \N. Backslash, tab, newline and carriage
 * return are escaped; the empty string is an empty field and stays apart from null.
 */
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const SPECIAL = /[\\\n\r\t]/;
const SPECIAL_ALL = /[\\\n\r\t]/g;

export function copyField(value: string | null): string {
	if (value === null) return "\\N";
	return SPECIAL.test(value) ? value.replace(SPECIAL_ALL, (c) => ESCAPES[c] as string) : value;
}

export function copyLine(row: readonly (string | null)[]): string {
	let line = "";
	for (let i = 0; i < row.length; i++) line += i === 0 ? copyField(row[i] ?? null) : `\t${copyField(row[i] ?? null)}`;
	return `${line}\n`;
}

/** `copy "s"."t" ("a", "b") from stdin`; no columns means all, in the table's order. */
export function copyStatement(dialect: Dialect, relation: RelationName, columns: readonly string[]): string {
	const list = columns.length === 0 ? "" : ` (${columns.map((c) => dialect.quote(c)).join(", ")})`;
	return `copy ${dialect.render(relation)}${list} from stdin`;
}

/**
 * COPY reports a line of the message it was in; a load sent in several messages counts rows over all of them.
 * `COPY t, line 3, column a: "x"` with 1,000 rows before → `COPY t, line 1003, column a: "x"`.
 */
export function shiftCopyLine(where: string | undefined, rowsBefore: number): string | undefined {
	return where?.replace(/\bline (\d+)/, (_, n: string) => `line ${Number(n) + rowsBefore}`);
}
