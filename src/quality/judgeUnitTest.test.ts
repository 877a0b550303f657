import { expect, test } from "vitest";
import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";
import { judgeUnitTest } from "./judgeUnitTest.ts";

const column = (name: string, family: ResultColumn["family"]): ResultColumn => ({ name, family, type: family });
const SIDE = column("actual_or_expected", "text");

function compared(columns: readonly ResultColumn[], actual: CellValue[][], expected: CellValue[][]): ResultTable {
	const rows = [...actual.map((row) => [...row, "actual"]), ...expected.map((row) => [...row, "expected"])];
	return { columns: [...columns, SIDE], rows, rowCount: rows.length, status: `SELECT ${rows.length}` };
}

const AMOUNTS = [column("id", "integer"), column("amount", "decimal"), column("label", "text")];

test("the same rows in another order pass, each as often as it is expected", async () => {
	const rows: CellValue[][] = [
		[1, "2.00", "a"],
		[2, null, null],
		[1, "2.00", "a"],
	];
	const verdict = await judgeUnitTest(compared(AMOUNTS, rows, [...rows].reverse()));
	expect(verdict).toEqual({ status: "pass", message: null, failures: 0, differences: null });
	expect((await judgeUnitTest(compared(AMOUNTS, rows, rows.slice(1)))).status).toBe("fail");
});

test("a difference is told as dbt tells it, and by the rows that only one side has", async () => {
	const actual: CellValue[][] = [
		[2, "7.00", "Netherlands"],
		[1, null, "Belgium"],
	];
	const expected: CellValue[][] = [
		[1, null, "Belgium"],
		[2, "7", "Netherlands"],
	];
	const verdict = await judgeUnitTest(compared(AMOUNTS, actual, expected));
	// dbt 1.12.6's message in run_results.json.
	expect(verdict.message).toBe(
		"\n\nactual differs from expected:\n\n@@,id,amount,label\r\n  ,1 ,NULL  ,Belgium\r\n→ ,2 ,7→7.00,Netherlands\r\n\n",
	);
	expect(verdict.differences?.rows).toEqual([
		["expected", "2", "7", "Netherlands"],
		["actual", "2", "7.00", "Netherlands"],
	]);
});

test("values are compared as Python prints them: times with a blank, JSON without its spaces", async () => {
	const columns = [column("at", "timestamp"), column("doc", "json"), column("ok", "boolean")];
	const verdict = await judgeUnitTest(
		compared(columns, [["2026-01-01T10:00:00", '{"a": 1}', true]], [["2026-01-01T10:00:00", '{"a":1}', false]]),
	);
	expect(verdict.message).toContain("2026-01-01 10:00:00");
	expect(verdict.message).toContain("False→True");
});

test("a query may call its columns in capitals, and give none at all", async () => {
	const table = { ...compared([column("ID", "integer")], [], []), columns: [column("ID", "integer"), SIDE] };
	expect((await judgeUnitTest(table)).status).toBe("pass");
});
