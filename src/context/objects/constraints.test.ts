import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fromPlain } from "../../jinja/jinja.ts";
import { TEST_DIALECT } from "../testing/testProject.ts";
import { columnLines, modelLines } from "./constraints.ts";
import { raiseContractError } from "./contractMismatch.ts";

/** What dbt-postgres 1.11 makes of the same constraints, and what dbt 1.12.6 says of the same columns. */
const golden = JSON.parse(readFileSync(new URL("constraints.golden.json", import.meta.url), "utf8"));

it("writes the constraints of columns as dbt does", () => {
	expect(columnLines(golden.columns, TEST_DIALECT)).toEqual(golden.columnLines);
});

it("writes the constraints of a model as dbt does, and leaves out those that say nothing", () => {
	expect(modelLines(golden.constraints)).toEqual(golden.modelLines);
});

it("shows where a query and its contract differ in dbt's table", () => {
	expect(() => raiseContractError("model.shop.a", fromPlain(golden.contract), fromPlain(golden.query))).toThrow(
		`This model has an enforced contract that failed: model.shop.a\n\n${golden.table}`,
	);
});

it("says so where the columns of a contract are not listed at all", () => {
	expect(() => raiseContractError("model.shop.a", [], [])).toThrow("'columns' specification is missing");
});
