/** An agate table as text: print_table, print_html, print_structure, print_csv, print_json. */
import { floatValue, HostObject, PyDecimal, toText, type Value } from "../../jinja/jinja.ts";
import { isNullText } from "./inferTypes.ts";
import type { TableContent } from "./tableContent.ts";

/** Infinite where there is no limit. */
export interface PrintOptions {
	readonly rows: number;
	readonly columns: number;
	/** Characters of a cell. */
	readonly width: number;
	/** Decimal places of a number. */
	readonly places: number;
}

interface Grid {
	readonly head: readonly string[];
	readonly body: readonly (readonly string[])[];
	/** True: there are more rows, for which a row of dots stands. */
	readonly cutRows: boolean;
	/** Those whose cells stand on the left. */
	readonly isText: (column: number) => boolean;
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 3)}...` : text);

/** Cells as print_table and print_html show them: numbers of a column with the same places, what is too much as dots. */
function gridOf(table: TableContent, options: PrintOptions): Grid {
	const more = table.names.length > options.columns ? ["..."] : [];
	const shown = table.rows.slice(0, options.rows);
	const places = table.types.map((type, i) =>
		type.typeName === "Number" ? mostPlaces(shown.map((row) => row[i] ?? null)) : null,
	);
	const cell = (value: Value, i: number): string => {
		const of = places[i] ?? null;
		const text = value === null ? "" : of === null ? toText(value) : numberText(value, of, options.places);
		return cut(text, options.width);
	};
	const line = (cells: readonly string[]) => [...cells.slice(0, options.columns), ...more];
	const head = line(table.names.map((name) => cut(name, options.width)));
	const body = shown.map((row) => line(row.slice(0, options.columns).map(cell)));
	return { head, body, cutRows: table.rows.length > options.rows, isText: (i) => table.types[i]?.typeName === "Text" };
}

const fractionOf = (value: Value): string =>
	value instanceof PyDecimal ? (/^[+-]?\d*\.(\d*?)0*$/.exec(value.text)?.[1] ?? "") : "";

const mostPlaces = (cells: readonly Value[]): number => Math.max(0, ...cells.map((cell) => fractionOf(cell).length));

/** `#,##0.00`: rounded half to even, and an ellipsis where places were cut. */
function numberText(value: Value, places: number, limit: number): string {
	const text = value instanceof PyDecimal ? value.text : toText(value);
	const parts = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
	if (parts === null) return text;
	const [, sign = "", whole = "", fraction = ""] = parts;
	const kept = Math.min(places, limit);
	const all = BigInt(`${whole || "0"}${fraction.padEnd(kept, "0").slice(0, kept)}`);
	const rest = fraction.slice(kept);
	const half = rest === "" ? -1 : compareToHalf(rest);
	const digits = String(half > 0 || (half === 0 && all % 2n === 1n) ? all + 1n : all).padStart(kept + 1, "0");
	const grouped = digits.slice(0, digits.length - kept).replaceAll(/\B(?=(\d{3})+$)/g, ",");
	const decimals = kept === 0 ? "" : `.${digits.slice(digits.length - kept)}`;
	return `${sign === "-" ? "-" : ""}${grouped}${decimals}${places > limit ? "…" : ""}`;
}

const compareToHalf = (digits: string): number => {
	const half = `5${"0".repeat(digits.length - 1)}`;
	return digits === half ? 0 : digits > half ? 1 : -1;
};

function drawGrid({ head, body, cutRows, isText }: Grid): string {
	const widths = head.map((name, i) => Math.max(name.length, ...body.map((cells) => cells[i]?.length ?? 0)));
	const write = (cells: readonly string[]) =>
		`| ${cells.map((c, i) => (isText(i) ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(" | ")} |`;
	return [
		write(head),
		`| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
		...withDots(body, cutRows, head).map(write),
	].join("\n");
}

const withDots = (body: Grid["body"], cutRows: boolean, head: readonly string[]): Grid["body"] =>
	cutRows ? [...body, head.map(() => "...")] : body;

/** agate's print_table: at most 20 rows and 6 columns unless told otherwise, cells cut at 20 characters. */
export const tableText = (table: TableContent, options: PrintOptions): string => drawGrid(gridOf(table, options));

/** Columns of text, as str() of a table or of a set of tables gives them. */
export const gridText = (head: readonly string[], body: readonly (readonly string[])[]): string =>
	`${drawGrid({ head, body: body.map((row) => row.map((cell) => (isNullText(cell) ? "" : cell))), cutRows: false, isText: () => true })}\n`;

/** print_structure, and str() of a table: its columns and their types. */
export const structureText = (table: TableContent): string =>
	gridText(
		["column", "data_type"],
		table.names.map((name, i) => [name, table.types[i]?.typeName ?? "Text"]),
	);

/** print_html: as print_table, for a page. What is in the cells is written as it is (agate). */
export function htmlText(table: TableContent, options: PrintOptions): string {
	const { head, body, cutRows, isText } = gridOf(table, options);
	const cell = (text: string, i: number) => `<td style="text-align: ${isText(i) ? "left" : "right"};">${text}</td>`;
	return [
		...["<table>", "<thead>", "<tr>", ...head.map((name) => `<th>${name}</th>`), "</tr>", "</thead>", "<tbody>"],
		...withDots(body, cutRows, head).flatMap((cells) => ["<tr>", ...cells.map(cell), "</tr>"]),
		...["</tbody>", "</table>"],
	].join("\n");
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

/** A name that was there before gets a number, as agate does it. */
export function uniqueNames(names: readonly string[]): string[] {
	const taken: string[] = [];
	for (const name of names) {
		let own = name;
		for (let n = 2; taken.includes(own); n++) own = `${name}_${n}`;
		taken.push(own);
	}
	return taken;
}
