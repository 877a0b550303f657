import { describe, expect, it } from "vitest";
import { type ColumnProfile, proposeTests } from "./columnProfile.ts";

const column = (name: string, facts: Partial<ColumnProfile>): ColumnProfile => ({
	name,
	type: "text",
	nulls: 0,
	distinct: 5,
	min: null,
	max: null,
	values: [],
	...facts,
});

describe("tests proposed from a profile", () => {
	it("are those that hold for every row", () => {
		const columns = [
			column("id", { distinct: 100 }),
			column("email", { nulls: 10, distinct: 90 }),
			column("status", { distinct: 2, values: ["open", "paid"] }),
			column("note", { nulls: 60 }),
		];
		expect(proposeTests({ rows: 100, columns })).toEqual([
			{ column: "id", tests: ["not_null", "unique"] },
			{ column: "email", tests: ["unique"] },
			{ column: "status", tests: ["not_null", { accepted_values: ["open", "paid"] }] },
		]);
	});

	it("are none of a table with a handful of rows", () => {
		expect(proposeTests({ rows: 3, columns: [column("id", { distinct: 3 })] })).toEqual([]);
	});
});
