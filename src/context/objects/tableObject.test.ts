import { expect, it } from "vitest";
import type { ResultTable } from "../../core/resultTable.ts";
import { compileTemplate } from "../../jinja/jinja.ts";
import golden from "./tableObject.golden.json" with { type: "json" };
import { tableFrom } from "./tableObject.ts";

const FAMILIES = ["integer", "text", "decimal", "float", "date", "timestamp", "boolean", "text"] as const;
const TABLE: ResultTable = {
	columns: ["id", "name", "amount", "f", "d", "t", "b", "n"].map((name, i) => ({
		name,
		type: FAMILIES[i] ?? "text",
		family: FAMILIES[i] ?? "text",
	})),
	rows: [
		[1, "a", "1.50", 1.5, "2024-01-02", "2024-01-02 03:04:05", true, null],
		[2, "b", "2.00", 2, "2024-01-03", "2024-01-02 03:04:05.0006", false, null],
		[2, null, null, null, null, null, null, null],
	],
	rowCount: 3,
	status: "SELECT 3",
};

/** What agate 1.9 gave, and what it wrote to the standard output. */
interface Probe {
	readonly template: string;
	readonly agate: string;
	readonly printed?: string;
}

function render(template: string, written: string[] = []): string {
	const t = tableFrom(TABLE, (text) => written.push(text));
	const scope = { get: (name: string) => (name === "t" ? t : undefined) };
	return compileTemplate({ file: "t", text: template }).render(scope, { undefined: "strict" });
}

it.each(golden)("reads a result as dbt's agate table is read: $template", ({ template, agate, printed }: Probe) => {
	const written: string[] = [];
	expect(render(template, written)).toBe(agate);
	expect(written.join("\n")).toBe(printed?.replace(/\r?\n$/, "") ?? "");
});

it("prints a table as text, CSV and JSON", () => {
	const written: string[] = [];
	render("{% do t.print_table(max_columns=4) %}{% do t.select(['id', 'd']).print_csv() %}", written);
	expect(written).toEqual([
		[
			"| id | name | amount |   f | ... |",
			"| -- | ---- | ------ | --- | --- |",
			"|  1 | a    |    1.5 | 1.5 | ... |",
			"|  2 | b    |    2.0 | 2.0 | ... |",
			"|  2 |      |        |     | ... |",
		].join("\n"),
		"id,d\n1,2024-01-02\n2,2024-01-03\n2,",
	]);
	render("{% do t.select(['id', 'd', 'b', 'n']).limit(1).print_json() %}", written);
	expect(written[2]).toBe('[{"id": 1, "d": "2024-01-02", "b": true, "n": null}]');
});

it("prints numbers with as many places as their column needs, cut and rounded as agate does", () => {
	const table: ResultTable = {
		...TABLE,
		columns: [{ name: "n", type: "numeric", family: "decimal" }],
		rows: [["1234567.12345"], ["-0.0005"], ["2.0005"], ["10"]],
	};
	const written: string[] = [];
	const t = tableFrom(table, (text) => written.push(text));
	const text = "{% do t.print_table() %}{% do t.limit(2, 4).print_table(max_precision=none) %}";
	compileTemplate({ file: "t", text }).render({ get: () => t }, { undefined: "strict" });
	expect(written.join("\n")).toBe(
		[
			"|              n |",
			"| -------------- |",
			"| 1,234,567.123… |",
			"|        -0.000… |",
			"|         2.000… |",
			"|        10.000… |",
			"|       n |",
			"| ------- |",
			"|  2.0005 |",
			"| 10.0000 |",
		].join("\n"),
	);
});

it("refuses what would write files", () => {
	expect(() => render("{% do t.to_csv('x.csv') %}")).toThrow("templates write no files");
});

it("keeps integers that no number holds, and is false without rows", () => {
	const table: ResultTable = {
		...TABLE,
		columns: [{ name: "n", type: "bigint", family: "integer" }],
		rows: [["9007199254740993"]],
	};
	const scope = { get: () => tableFrom(table, () => {}) };
	const text = "{{ t.rows[0][0] + 1 }} {{ t.limit(0) is none }} {{ 'yes' if t.limit(0) else 'no' }}";
	expect(compileTemplate({ file: "t", text }).render(scope, { undefined: "strict" })).toBe("9007199254740994 False no");
});

it("gives a column's type, which writes a cell as agate writes it", () => {
	const text =
		"{% for c in t.columns.values() %}{{ c.data_type.jsonify(c.values()[0]) }},{{ c.data_type.csvify(c.values()[0]) }};{% endfor %}";
	expect(render(text)).toBe(
		"1,1;a,a;1.5,1.50;1.5,1.5;2024-01-02,2024-01-02;2024-01-02T03:04:05,2024-01-02T03:04:05;True,True;None,None;",
	);
});
