import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { readXml } from "../core/testing/readXml.ts";
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

	it("counts what it holds, suite by suite and as a whole", () => {
		const statuses = ["pass", "fail", "error", "skipped", "warn", "fail"] as const;
		const results = statuses.map((status, i) =>
			result(`test.acme.t${i}`, status, {
				layer: i < 3 ? "silver" : "gold",
				...(status === "fail" ? { failures: 1 } : {}),
			}),
		);
		const root = readXml(toJunitXml(runResult({ results }), "acme", () => undefined));
		const parts = { failures: "failure", errors: "error", skipped: "skipped" };
		for (const of of [root, ...root.children]) {
			const cases = of === root ? root.children.flatMap((suite) => suite.children) : of.children;
			expect(of.attributes.tests).toBe(String(cases.length));
			for (const [count, name] of Object.entries(parts)) {
				const there = cases.filter(({ children }) => children.some((child) => child.name === name));
				expect(of.attributes[count]).toBe(String(there.length));
			}
		}
	});
});
