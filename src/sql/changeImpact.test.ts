import { beforeAll, describe, expect, it } from "vitest";
import type { ParseSql } from "./analyzeQuery.ts";
import { queryChange } from "./changeCategory.ts";
import { changeImpact } from "./changeImpact.ts";
import { loadParser } from "./loadParser.ts";
import { lineageOf } from "./testing/smallProject.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const PROJECT = {
	orders: "select id, customer, amount, state from raw",
	paid: "select id, amount from orders where state = 'paid'",
	revenue: "select sum(amount) as total, count(*) as orders from paid",
	people: "select customer, 1 as one from orders",
	totals: "select total * 2 as twice from revenue",
	copy: "select * from orders",
	odd: "select customer frm orders where",
};
type Project = Readonly<Record<string, string>>;

const RAW = {
	id: "raw",
	name: ["raw"],
	columns: ["id", "customer", "amount", "state"].map((name) => ({ name, type: "integer" })),
	open: false,
};

async function impactOf(changed: Project) {
	const before = await lineageOf(PROJECT, [RAW], parse);
	const after = await lineageOf({ ...PROJECT, ...changed }, [RAW], parse);
	const changes = new Map(Object.keys(changed).map((id) => [id, queryChange(before.get(id)!, after.get(id)!)]));
	const { columns, broken, ...rest } = changeImpact(before, after, changes);
	const text = ({ node, column }: { node: string; column: string }) => `${node}.${column}`;
	return {
		...rest,
		columns: columns.map(text).sort(),
		broken: broken.map(({ node, column }) => `${node} reads ${text(column)}`),
	};
}

describe("what a change of orders does to its descendants", () => {
	it("follows the values of a column that is made in another way, and nothing else", async () => {
		expect(await impactOf({ orders: "select id, customer, amount * 2 as amount, state from raw" })).toEqual({
			columns: ["copy.amount", "paid.amount", "revenue.total", "totals.twice"],
			rows: [],
			broken: [],
			unknown: ["odd"],
			unaffected: ["people"],
		});
	});

	it("knows rows that a changed column decides on, and all that follows from them", async () => {
		const { rows, unaffected } = await impactOf({
			orders: "select id, customer, amount, state + 1 as state from raw",
		});
		expect({ rows, unaffected }).toEqual({ rows: ["paid", "revenue", "totals"], unaffected: ["people"] });
	});

	it("has every reader in it when the rows of the model itself may change", async () => {
		const { rows, unaffected } = await impactOf({
			orders: "select id, customer, amount, state from raw where amount > 0",
		});
		expect({ rows: [...rows].sort(), unaffected }).toEqual({
			rows: ["copy", "paid", "people", "revenue", "totals"],
			unaffected: [],
		});
	});

	it("names those that read a column which is gone", async () => {
		const { broken } = await impactOf({ orders: "select id, customer as buyer, amount, state from raw" });
		expect(broken).toEqual(["copy reads orders.customer", "people reads orders.customer"]);
	});

	it("leaves all in peace when a column is added or the text alone is another one", async () => {
		const one = await impactOf({ orders: "select id, customer, amount, state, id + 1 as next from raw" });
		const two = await impactOf({ orders: "select r.id, customer, amount, state from raw as r -- all" });
		for (const { columns, rows, broken, unknown } of [one, two])
			expect({ columns, rows, broken, unknown }).toEqual({ columns: [], rows: [], broken: [], unknown: [] });
	});
});
