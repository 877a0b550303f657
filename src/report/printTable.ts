import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";
import { cellText, isNumber } from "./sampleLines.ts";
import { padEnd, padStart, textWidth } from "./textWidth.ts";

export type TableFormat = "text" | "json" | "csv";

/**
 * Rows of `show` as text, each format with a line end at its end.
 *
 * - text: dbt's grid (`| id | name |`), numbers to the right, NULL as `null`.
 * - json: dbt's `{"node": name, "show": [{…}]}`, without `node` for inline SQL. Numbers keep all their digits.
 * - csv: RFC 4180 with CRLF; NULL is empty and an empty text is `""`, as Postgres writes them.
 */
export function printTable(table: ResultTable, format: TableFormat, node?: string): string {
	switch (format) {
		case "text":
			return grid(table);
		case "json":
			return json(table, node);
		case "csv":
			return csv(table);
	}
}

function grid(table: ResultTable): string {
	const columns = table.columns.map((column, index) => {
		const cells = table.rows.map((row) => cellText(row[index] ?? null));
		const width = Math.max(textWidth(column.name), 1, ...cells.map(textWidth));
		return { name: column.name, cells, width, pad: isNumber(column) ? padStart : padEnd };
	});
	const line = (text: (column: (typeof columns)[number]) => string): string =>
		`| ${columns.map((column) => column.pad(text(column), column.width)).join(" | ")} |\n`;
	return [
		line((column) => column.name),
		line((column) => "-".repeat(column.width)),
		...table.rows.map((_, index) => line((column) => column.cells[index] ?? "")),
	].join("");
}

/** Written by hand, because JSON.parse-able numbers may have more digits than a JavaScript number keeps. */
function json(table: ResultTable, node: string | undefined): string {
	const names = distinctNames(table.columns);
	const rows = table.rows.map((row) => {
		const fields = table.columns.map(
			(column, index) => `      ${JSON.stringify(names[index])}: ${jsonValue(row[index] ?? null, column)}`,
		);
		return `    {\n${fields.join(",\n")}\n    }`;
	});
	const head = node === undefined ? "" : `  "node": ${JSON.stringify(node)},\n`;
	const show = rows.length === 0 ? "[]" : `[\n${rows.join(",\n")}\n  ]`;
	return `{\n${head}  "show": ${show}\n}\n`;
}

function jsonValue(value: CellValue, column: ResultColumn): string {
	if (typeof value === "string" && isNumber(column) && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return value;
	// NaN and Infinity are no JSON.
	if (typeof value === "number" && !Number.isFinite(value)) return JSON.stringify(String(value));
	// A float that is whole keeps its point, as Python writes it.
	if (typeof value === "number" && column.family === "float" && Number.isSafeInteger(value)) return `${value}.0`;
	return JSON.stringify(value);
}

/** Two columns of one name would be one key; the second becomes `name_2`, as in dbt. */
function distinctNames(columns: readonly ResultColumn[]): string[] {
	const taken = new Set<string>();
	return columns.map(({ name }) => {
		let free = name;
		for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
		taken.add(free);
		return free;
	});
}

function csv(table: ResultTable): string {
	const lines = [table.columns.map((column) => csvText(column.name)), ...table.rows.map((row) => row.map(csvCell))];
	return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

const csvCell = (value: CellValue): string => (value === null ? "" : value === "" ? '""' : csvText(String(value)));

const csvText = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
