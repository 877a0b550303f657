/**
 * Rows as text, batch by batch. Numbers keep all their digits: those of a database may have more than a JavaScript
 * number, so JSON is put together from their texts.
 */
import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";

export interface TextFormat {
	readonly head: (columns: readonly ResultColumn[]) => string;
	/** `first`: no row has been written yet. */
	readonly rows: (table: ResultTable, first: boolean) => string;
	readonly tail: (empty: boolean) => string;
}

/** RFC 4180, as `tfm show --output csv` writes it: NULL is empty, an empty text is `""`. */
const csv: TextFormat = {
	head: (columns) => csvLine(columns.map((column) => csvText(column.name))),
	rows: ({ rows }) => rows.map((row) => csvLine(row.map(csvCell))).join(""),
	tail: () => "",
};

const csvLine = (cells: readonly string[]): string => `${cells.join(",")}\r\n`;
const csvText = (text: string): string =>
	text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const csvCell = (value: CellValue): string => (value === null ? "" : csvText(String(value)));

/** One object a line. */
const jsonl: TextFormat = {
	head: () => "",
	rows: (table) => objects(table).join("\n").concat("\n"),
	tail: () => "",
};

/** One array of objects, a row a line. */
const json: TextFormat = {
	head: () => "[",
	rows: (table, first) => `${first ? "\n" : ",\n"}${objects(table).join(",\n")}`,
	tail: (empty) => (empty ? "]\n" : "\n]\n"),
};

export const TEXT_FORMATS = { csv, json, jsonl } as const;

function objects({ columns, rows }: ResultTable): readonly string[] {
	const keys = columns.map((column) => `${JSON.stringify(column.name)}:`);
	return rows.map(
		(row) => `{${columns.map((column, i) => `${keys[i]}${jsonCell(row[i] ?? null, column)}`).join(",")}}`,
	);
}

function jsonCell(value: CellValue, { family }: ResultColumn): string {
	// NaN and Infinity are no JSON.
	if (typeof value === "number") return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
	if (typeof value !== "string") return String(value);
	if (family === "json") return value.includes("\n") ? JSON.stringify(JSON.parse(value)) : value;
	const isExact = (family === "integer" || family === "decimal") && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value);
	return isExact ? value : JSON.stringify(value);
}
