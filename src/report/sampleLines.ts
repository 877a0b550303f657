import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";
import type { Look } from "./look.ts";
import { isMaskedColumn, maskTable, type NodeFacts } from "./nodeFacts.ts";
import { cut, padEnd, padStart, textWidth } from "./textWidth.ts";

const INDENT = "     ";
const GAP = "   ";
const WIDEST_CELL = 40;

/** A few rows as a small table without rules; columns that do not fit are counted, personal data is masked. */
export function sampleLines(sample: ResultTable, look: Look, facts: NodeFacts | undefined): string[] {
	if (sample.rows.length === 0 || sample.columns.length === 0) return [];
	const { ellipsis } = look.signs;
	const table = maskTable(sample, facts);
	const columns = table.columns.map((column, index) => {
		const title = isMaskedColumn(column, facts) ? `${column.name} (masked)` : column.name;
		const cells = table.rows.map((row) => cut(cellText(row[index] ?? null), WIDEST_CELL, ellipsis));
		const width = Math.max(textWidth(title), ...cells.map(textWidth));
		return { title, cells, width, right: isNumber(column) };
	});
	let room = look.width - INDENT.length;
	const shown = columns.filter((column, index) => {
		room -= column.width + (index === 0 ? 0 : GAP.length);
		return index === 0 || room >= 0;
	});
	const hidden = columns.length - shown.length;
	const line = (text: (column: (typeof shown)[number]) => string): string =>
		(
			INDENT + shown.map((column) => (column.right ? padStart : padEnd)(text(column), column.width)).join(GAP)
		).trimEnd();
	return [
		look.paint(
			"dim",
			line((column) => column.title),
		),
		...table.rows.map((_, index) => line((column) => column.cells[index] ?? "")),
		...(hidden === 0 ? [] : [`${INDENT}${ellipsis} ${hidden} more ${hidden === 1 ? "column" : "columns"}`]),
	];
}

export const isNumber = (column: ResultColumn): boolean =>
	column.family === "integer" || column.family === "decimal" || column.family === "float";

/** One value on one line. */
export const cellText = (value: CellValue): string =>
	value === null ? "null" : typeof value === "string" ? value.replace(/\r?\n|\r|\t/g, " ") : String(value);
