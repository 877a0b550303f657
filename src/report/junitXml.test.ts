import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { facts, result, runResult, table } from "./eventFixtures.ts";
import { toJunitXml } from "./junitXml.ts";

describe("JUnit XML", () => {
	it("has a case for each test and for what was not built, in a suite for each layer, and no rows", () => {
		const unique = result("test.acme.unique_id", "fail", {
			layer: "silver",
			failures: 3,
			storedIn: '"audit"."unique_id"',
			sample: table([["email", "text"]], [["anna@acme.test"]]),
		});
		const run = runResult({
			results: [
				unique,
				result("test.acme.not_null", "pass", { layer: "silver" }),
				result("test.acme.few", "warn", { layer: "silver", failures: 2 }),
				result("test.acme.later", "skipped", { layer: "gold", message: "Skipped: unique_id failed" }),
				result("model.acme.users", "success", { layer: "silver" }),
				result("model.acme.orders", "error", {
					layer: "gold",
					diagnostic: { code: "TFM-RUN-001", message: 'syntax error at "<" & more\nDETAIL' } as Diagnostic,
				}),
			],
		});
		const about = facts("test.acme.unique_id", {
			label: "unique(silver.users.id)",
			file: "models/silver/users.yml",
			line: 9,
			owner: "@data",
			test: "unique",
			sqlPath: "target/run/unique_id.sql",
		});
		expect(toJunitXml(run, "acme", (id) => (id === unique.unique_id ? about : undefined))).toMatchSnapshot();
	});
});
