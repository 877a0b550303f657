/**
 * Whether a unit test's actual rows are the expected ones: the same rows in any order, each value compared by its text,
 * so that 7 and 7.00 differ (dbt compares so). The difference is told by daff, the program that dbt tells it by.
 */
import type { UnitTestVerdict } from "../core/ports.ts";
import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";

const SIDE = "actual_or_expected";
const ANSI = /\u001b\[[0-9;]*m/g;

/** A value as Python prints it. */
function pythonText(value: CellValue, { family }: ResultColumn): string | null {
	if (value === null) return null;
	if (typeof value === "boolean") return value ? "True" : "False";
	if (family === "timestamp" && typeof value === "string") return value.replace("T", " ");
	if (family === "json" && typeof value === "string") return JSON.stringify(JSON.parse(value));
	return String(value);
}

/** dbt sorts the rows of each side before it compares them: value by value, nulls last. */
function compareRows(columns: readonly ResultColumn[]): (a: Row, b: Row) => number {
	const numeric = columns.map(({ family }) => ["integer", "decimal", "float"].includes(family));
	return (a, b) => {
		for (const [i, isNumber] of numeric.entries()) {
			const [x, y] = [a[i] ?? null, b[i] ?? null];
			if (x === y) continue;
			if (x === null || y === null) return x === null ? 1 : -1;
			const order = isNumber ? Number(x) - Number(y) : x < y ? -1 : 1;
			if (order !== 0) return order;
		}
		return 0;
	};
}

type Row = readonly (string | null)[];

/** The rows of one that the other lacks, each as often as it lacks them. */
function without(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
	const left = new Map<string, number>();
	for (const row of others) left.set(JSON.stringify(row), (left.get(JSON.stringify(row)) ?? 0) + 1);
	return rows.filter((row) => {
		const key = JSON.stringify(row);
		const count = left.get(key) ?? 0;
		left.set(key, count - 1);
		return count <= 0;
	});
}

export async function judgeUnitTest(table: ResultTable): Promise<UnitTestVerdict> {
	const side = table.columns.findIndex(({ name }) => name.toLowerCase() === SIDE);
	const columns = table.columns.filter((_, i) => i !== side);
	const rowsOf = (name: string): readonly Row[] =>
		table.rows
			.filter((row) => row[side] === name)
			.map((row) => row.flatMap((cell, i) => (i === side ? [] : [pythonText(cell, table.columns[i]!)])))
			.sort(compareRows(columns));
	const [actual, expected] = [rowsOf("actual"), rowsOf("expected")];
	const [surplus, missing] = [without(actual, expected), without(expected, actual)];
	if (surplus.length + missing.length === 0) return { status: "pass", message: null, failures: 0, differences: null };
	const rows = [...missing.map((row) => ["expected", ...row]), ...surplus.map((row) => ["actual", ...row])];
	const differences: ResultTable = {
		columns: [{ name: "", type: "text", family: "text" }, ...columns],
		rows,
		rowCount: rows.length,
		status: "",
	};
	const header = columns.map(({ name }) => name.toLowerCase());
	const rendered = await renderDifference([header, ...expected], [header, ...actual]);
	const message = `\n\nactual differs from expected:\n\n${rendered}\n\n`;
	return { status: "fail", message, failures: 1, differences };
}

async function renderDifference(expected: readonly Row[], actual: readonly Row[]): Promise<string> {
	const { CompareFlags, compareTables, TableDiff, TableView, TerminalDiffRender } = (await import("daff")).default;
	const flags = new CompareFlags();
	flags.ordered = false;
	const alignment = compareTables(new TableView(expected), new TableView(actual), flags).align();
	const output = new TableView([]);
	new TableDiff(alignment, flags).hilite(output);
	return new TerminalDiffRender().render(output).replaceAll(ANSI, "").replace(/\r\n$/, "\r");
}
