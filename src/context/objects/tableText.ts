/** An agate table as text: print_table, print_csv, print_json. */
import { floatValue, HostObject, PyDecimal, toText, type Value } from "../../jinja/jinja.ts";
import type { TableContent } from "./tableContent.ts";

const CELL_WIDTH = 20;

/** agate's print_table: at most 20 rows and 6 columns unless told otherwise, cells cut at 20 characters. */
export function tableText(table: TableContent, maxRows: Value, maxColumns: Value): string {
	const rowLimit = maxRows === null ? table.rows.length : Number(maxRows ?? 20);
	const columnLimit = maxColumns === null ? table.names.length : Number(maxColumns ?? 6);
	const cut = (text: string) => (text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 3)}...` : text);
	const more = table.names.length > columnLimit ? ["..."] : [];
	const line = (cells: readonly string[]) => [...cells.slice(0, columnLimit).map(cut), ...more];
	const body = table.rows.slice(0, rowLimit).map((row) => line(row.map((v) => (v === null ? "" : toText(v)))));
	if (table.rows.length > rowLimit) body.push(line(table.names.map(() => "...")));
	const lines = [line(table.names), ...body];
	const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
	const isText = (i: number) => table.types[i]?.typeName === "Text";
	const write = (cells: readonly string[]) =>
		`| ${cells.map((c, i) => (isText(i) ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(" | ")} |`;
	const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
	const [head = [], ...rest] = lines;
	return [write(head), rule, ...rest.map(write)].join("\n");
}

/** JSON has no decimals: they become floats, as agate writes them. */
export const jsonCells = (row: readonly Value[]): Value[] =>
	row.map((cell) => (cell instanceof PyDecimal ? floatValue(Number(cell.text)) : cell));

export function csvText(table: TableContent): string {
	const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
	const text = (v: Value) => (v === null ? "" : toText(v instanceof HostObject ? (v.toPlainValue?.() ?? v) : v));
	const rows = table.rows.map((row) => row.map(text));
	return [table.names, ...rows].map((row) => row.map(cell).join(",")).join("\n");
}
