import { describe, expect, it } from "vitest";
import type { GraphNode } from "../core/node.ts";
import { judgeAnswers, MOST_ANSWERS, type RuleOutcome } from "./judgeAnswers.ts";
import { readRuleSettings } from "./ruleSettings.ts";

const node = (meta: object = {}) =>
	({
		unique_id: "model.shop.orders",
		resource_type: "model",
		name: "orders",
		location: { file: "models/orders.sql", line: 4, column: 1 },
		meta: {},
		config: { meta },
	}) as unknown as GraphNode;

const rule = { name: "money", kind: "sql", path: "rules/money.sql", severity: "warning" } as const;

function told(outcome: RuleOutcome, of: GraphNode = node()) {
	return judgeAnswers(rule, outcome, (name) => (name === "orders" ? of : undefined)).map(
		({ node: id, diagnostic: { code, severity, message, at } }) =>
			`${severity} ${code} ${message} [${id}] ${at?.file}:${at?.line}`,
	);
}
const answered = (...answers: unknown[]): RuleOutcome => ({ kind: "answered", answers });

describe("an answer of a rule of one's own", () => {
	it("is a finding at its node, at a line of it, at another file, or of the whole project", () =>
		expect(
			told(
				answered(
					{ node: "orders", message: "a" },
					{ node: "orders", message: "b", line: 9 },
					{ node: "orders", message: "c", file: "models/x.yml", line: 2 },
					{ node: null, message: "d" },
				),
			),
		).toEqual([
			"warning TFM-RULE-020 money: a [model.shop.orders] models/orders.sql:4",
			"warning TFM-RULE-020 money: b [model.shop.orders] models/orders.sql:9",
			"warning TFM-RULE-020 money: c [model.shop.orders] models/x.yml:2",
			"warning TFM-RULE-020 money: d [null] undefined:undefined",
		]));

	it("counts for nothing where the node says why, and only then", () => {
		const excepted = (reason: string) =>
			told(answered({ node: "orders", message: "a" }), node({ rule_exceptions: { money: reason } }));
		expect(excepted("cents would overflow")).toEqual([]);
		expect(excepted("")).toEqual([
			"warning TFM-RULE-002 orders is excepted from the rule money without a reason [model.shop.orders] models/orders.sql:4",
		]);
	});

	it.each([
		["no object", 1, "it is no object with a message"],
		["without a message", { node: "orders" }, "it has no message"],
		["of a node that is not there", { node: "order", message: "a" }, 'there is no node "order", or several have'],
		["with half a line", { message: "a", line: 1.5 }, "its line is no whole number from 1"],
	])("that is %s is a fault of the rule, whatever its severity", (_, answer, problem) =>
		expect(told(answered(answer, answer))[0]).toContain(
			`error TFM-RULE-003 the rule money could not be looked at: answer 1: ${problem}`,
		),
	);

	it("is one of a thousand at most", () => {
		const found = told(answered(...Array.from({ length: MOST_ANSWERS + 1 }, () => ({ message: "a" }))));
		expect(found).toHaveLength(MOST_ANSWERS + 1);
		expect(found.at(-1)).toContain("it found more than 1,000");
	});
});

describe("rules of one's own in the project file", () => {
	const read = (written: object) => readRuleSettings(written as never, { layers: [], at: undefined });

	it("have a file and a severity", () =>
		expect(
			read({ money: { sql: "rules/money.sql", severity: "error" }, team: { function: "rules/team.mjs" } }).own,
		).toEqual([
			{ name: "money", kind: "sql", path: "rules/money.sql", severity: "error" },
			{ name: "team", kind: "function", path: "rules/team.mjs", severity: "warning" },
		]));

	it.each([
		[{ money: { sql: "../money.sql" } }, "rules.money.sql: the file has to be in the project's folder"],
		[{ money: { sql: "/money.sql" } }, "rules.money.sql: the file has to be in the project's folder"],
		[{ money: { function: "money.sql" } }, "rules.money.function: a file *.mjs, *.js or *.ts is expected"],
		[{ money: { sql: "a.sql", severity: "loud" } }, 'rules.money: "loud" is none of error, warn, off'],
		[{ money: { sql: "a.sql", tags: [] } }, "rules.money.tags: this rule has no such setting"],
		[{ money: "error" }, "rules.money: there is no such rule"],
	])("are refused where they are wrong: %j", (written, problem) => expect(() => read(written)).toThrow(problem));
});
