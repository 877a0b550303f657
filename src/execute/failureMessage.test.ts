import { describe, expect, it } from "vitest";
import { DatabaseError } from "../core/databaseError.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import { failureMessage } from "./failureMessage.ts";
import type { Run } from "./run.ts";
import { id, project } from "./testing/project.ts";

const orders = project({ models: { orders: {} } }).nodes.get(id("model", "orders"))!;
const run = { job: { targetPath: "target" }, toPublished: (text: string) => text } as unknown as Run;
const found = diagnostic("TFM-RUN-012", { node: "orders", message: "gone" });

describe("failureMessage", () => {
	it("is dbt's for a refusal of the database, with the server's line and hint", () => {
		const sql = "create view x as (\nselect nope\n)";
		const facts = { sql, position: sql.indexOf("nope") + 1, hint: "Perhaps none." };
		const error = new DatabaseError('column "nope" does not exist', facts);
		expect(failureMessage(run, orders, error, found).split("\n")).toEqual([
			"Database Error in model orders (models/orders.sql)",
			'  column "nope" does not exist',
			"  LINE 2: select nope",
			"                 ^",
			"  HINT:  Perhaps none.",
			"  compiled code at target/run/p/models/orders.sql",
		]);
	});

	it("calls a mistake in a template a compilation error, and a defect a runtime error", () => {
		const head = (error: unknown) => failureMessage(run, orders, error, found).split("\n", 1)[0];
		expect(head(new TfmError(found))).toBe("Compilation Error in model orders (models/orders.sql)");
		expect(head(new TypeError("x"))).toBe("Runtime Error in model orders (models/orders.sql)");
	});

	it("holds dbt's words where they are known, for scripts that look for them", () => {
		const facts = { from: "model.p.orders", reference: "ref('a', 'b')" };
		const missing = diagnostic("TFM-REF-001", facts);
		expect(failureMessage(run, orders, new TfmError(missing), missing).split("\n").slice(1)).toEqual([
			"  model.p.orders reads ref('a', 'b'), which does not exist",
			"  Model 'model.p.orders' depends on a node named 'b' in package or project 'a' which was not found",
		]);
		const at = { file: "models/orders.sql", line: 1, column: 1 };
		const versioned = diagnostic("TFM-REF-001", { ...facts, reference: "ref('a', v=2)" }, { at });
		expect(versioned.dbt).toBe(
			"Model 'model.p.orders' (models/orders.sql) depends on a node named 'a' with version '2' which was not found",
		);
	});
});
