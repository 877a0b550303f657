import { describe, expect, it } from "vitest";
import { createSearch } from "./search.ts";

const names = ["orders", "stg_orders", "orders_daily", "preorders", "customers", "Refunds"];
const lanes = ["marts", "staging", "marts", "marts", "marts", "marts"];
const words = {
	v: 1 as const,
	text: ["", "What a shop sold.\nOne row for each.", "", "", "Who buys.", ""],
	columns: ["id amount", "id order_date", "day", "id", "id Email", "id amount"],
};
const search = createSearch({ names, lanes }, words);
const found = (text: string, limit?: number): readonly string[] =>
	search
		.hits(text, limit)
		.map(({ node, column }) => (column === undefined ? names[node]! : `${names[node]}.${column}`));

describe("search", () => {
	it("puts a name that is the word first, then one that begins with it, then words in it, then letters in it", () =>
		expect(found("orders")).toEqual(["orders", "orders_daily", "stg_orders", "preorders"]));

	it("finds columns, and says which", () => expect(found("amount")).toEqual(["orders.amount", "Refunds.amount"]));

	it("asks that each word is found: in the name, a column, the description or the layer", () => {
		expect(found("orders amount")).toEqual(["orders.amount"]);
		expect(found("staging orders")).toEqual(["stg_orders"]);
		expect(found("shop nothing")).toEqual([]);
	});

	it("takes no notice of case, and finds across no border of two texts", () => {
		expect(found("REFUNDS")).toEqual(["Refunds"]);
		expect(found("email")).toEqual(["customers.Email"]);
		expect(found("sold. one")).toEqual(["stg_orders"]);
		expect(found("dailypre")).toEqual([]);
	});

	it("gives all nodes in the same order, where nobody asks why", () =>
		expect(search.nodes("orders").map((node) => names[node])).toEqual(found("orders")));

	it("finds names before words are there, as many as are asked for", () => {
		expect(createSearch({ names, lanes }, null).hits("amount")).toEqual([]);
		expect(found("orders", 2)).toEqual(["orders", "orders_daily"]);
		expect(found("  ")).toEqual([]);
	});
});
