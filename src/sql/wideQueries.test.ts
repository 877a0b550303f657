import { beforeAll, describe, expect, it } from "vitest";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { loadParser } from "./loadParser.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`);
const analyse = (sql: string, width: number) => {
	const columns = names(width).map((name) => ({ name, type: "integer" }));
	return analyzeQuery({ sql, dialect: "postgres", relations: [{ id: "w", name: ["w"], columns, open: false }] }, parse);
};

describe("queries as wide or long as generated ones are", () => {
	it("have each of 5,000 columns with its own source", () => {
		const items = names(5_000).map((name) => `${name} + 1 as k_${name}`);
		const { columns, status } = analyse(`with q as (select * from w) select ${items.join(", ")} from q`, 5_000);
		expect([status, columns.length]).toEqual(["ok", 5_000]);
		expect(columns[4_321]).toMatchObject({ name: "k_c4321", upstream: [{ node: "w", column: "c4321" }] });
	}, 60_000);

	it("have all columns of a star over 300, of both sides of a join", () => {
		const { columns, status } = analyse("select * from w as a join w as b using (c7)", 300);
		expect([status, columns.length, columns[0]?.name]).toEqual(["ok", 599, "c7"]);
	}, 60_000);

	it("have the sources of all 500 branches of a set operation", () => {
		const sql = names(500).map((name) => `select ${name} as c from w`);
		const { columns } = analyse(sql.join(" union all "), 500);
		expect(columns[0]?.upstream).toHaveLength(500);
	}, 60_000);

	it("keep their columns through a chain of 300 CTEs", () => {
		const ctes = Array.from({ length: 300 }, (_, i) => `q${i} as (select * from ${i === 0 ? "w" : `q${i - 1}`})`);
		const { columns } = analyse(`with ${ctes.join(", ")} select * from q299`, 300);
		expect([columns.length, columns[299]?.upstream]).toEqual([300, [{ node: "w", column: "c299" }]]);
	}, 60_000);
});
