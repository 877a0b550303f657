import { describe, expect, it } from "vitest";
import { diagnostic } from "../core/diagnostic.ts";
import type { ChangeReview, ReviewedNode } from "./changeReview.ts";
import { githubAnnotations, junitXml } from "./findingReports.ts";
import { COMMENT_LIMIT, markdownComment } from "./markdownComment.ts";

const node = (name: string, more: Partial<ReviewedNode> = {}): ReviewedNode => ({
	id: `model.shop.${name}`,
	name,
	resource_type: "model",
	layer: "marts",
	owner: null,
	change: "modified",
	reasons: ["its SQL changed"],
	risk: "risky",
	columns: [{ name: "amount", change: "type", risk: "risky", before: "integer", after: "bigint", breaks: [] }],
	file: `models/${name}.sql`,
	line: 1,
	...more,
});
const review = (more: Partial<ChangeReview>): ChangeReview => ({
	project: "shop",
	base: "a".repeat(40),
	head: "b".repeat(40),
	ref: "origin/main",
	nodes: [],
	unaffected: 0,
	findings: [],
	...more,
});
const models = (count: number) => Array.from({ length: count }, (_, i) => node(`model_${i}`));
const comment = (of: Partial<ChangeReview>, limit = COMMENT_LIMIT) =>
	markdownComment(review(of), { limit, more: "https://ci.example/1" });

describe("a comment", () => {
	it.each([
		["everything", 10, true, 10],
		["no details", 700, false, 700],
		["the first twenty of each table", 5_000, false, 20],
	])("has %s where that fits: %i nodes", (_, count, details, rows) => {
		const text = comment({ nodes: models(count) });
		expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
		expect(text.includes("<details>")).toBe(details);
		expect(text.match(/^\| 🟡 marts/gm)).toHaveLength(rows);
		expect(text).toContain("[all of it](https://ci.example/1)");
	});

	it("is cut off rather than refused", () => {
		const text = comment({ nodes: models(100) }, 120);
		expect(text).toHaveLength(120);
		expect(text).toMatch(/^<!-- tfm-ci:shop -->/);
	});

	it("takes the project's words as words: no mention, no link, no row of the table", () => {
		const says = "a | b @team <img src=x> [x](y) `c`\nd";
		const text = comment({ nodes: [node("a`b|c", { reasons: [says], layer: null })] });
		expect(text).toContain("a \\| b @\u200bteam \\<img src=x\\> \\[x\\](y) \\`c\\` d");
		expect(text).not.toContain("@team");
	});
});

describe("findings for other programs", () => {
	const at = { file: "models/a,b.sql", line: 3, column: 1 };
	const contract = diagnostic("TFM-CI-012", { node: "orders", problems: ["100% <gone>"], owner: "finance" }, { at });
	const findings = [{ node: "model.shop.orders", diagnostic: contract }];

	it("annotate the file, from the repository's top, with words that cannot end the command", () =>
		expect(githubAnnotations(review({ findings }), "dwh/")).toBe(
			"::error file=dwh/models/a%2Cb.sql,line=3,col=1,title=TFM-CI-012::the contract of orders is broken: 100%25 <gone>\n",
		));

	it("are ten of a kind at most, as GitHub shows no more", () => {
		const many = Array.from({ length: 30 }, () => findings[0]!);
		expect(githubAnnotations(review({ findings: many }), "").split("\n")).toHaveLength(11);
	});

	it("are failures of the node's test case, or of the project's", () => {
		expect(junitXml(review({ findings, nodes: [node("orders")] }))).toContain(
			'message="the contract of orders is broken: 100% &lt;gone&gt;"',
		);
		expect(junitXml(review({ findings }))).toContain('<testcase name="the project" classname="tfm ci">');
	});
});
