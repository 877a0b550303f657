import { expect, it } from "vitest";
import { nodeId } from "../core/node.ts";
import golden from "./injectCtes.golden.json" with { type: "json" };
import { compiledEphemerals, cteText, injectCtes } from "./injectCtes.ts";

const CTES = [
	{ name: "__dbt__cte__a", sql: "select 1 as x" },
	{ name: "__dbt__cte__b", sql: "select * from __dbt__cte__a" },
];

it.each(golden)("puts expressions where dbt 1.12 puts them: $sql", ({ sql, dbt }) => {
	expect(injectCtes(sql, CTES)).toBe(dbt);
});

it("finds `recursive` behind a comment, where dbt would split the keywords", () => {
	expect(injectCtes("with /* c */ recursive x as (select 1) select 1", [{ name: "a", sql: "select 2" }])).toBe(
		"with /* c */ recursive  a as (\nselect 2\n), x as (select 1) select 1",
	);
});

it("lets an expression be called recursive", () => {
	expect(injectCtes("with recursive as (select 1) select 1", [{ name: "a", sql: "select 2" }])).toBe(
		"with  a as (\nselect 2\n), recursive as (select 1) select 1",
	);
});

it("is not misled by a later `with`", () => {
	const sql = "select * from unnest(array[1]) with ordinality";
	expect(injectCtes(sql, [{ name: "a", sql: "select 2" }])).toBe(`with a as (\nselect 2\n) ${sql}`);
});

it("leaves a query without ephemeral models as it is", () => {
	expect(injectCtes("select 1", [])).toBe("select 1");
});

it("gives each ephemeral model of a query its own compiled text, with what it reads itself in front", () => {
	const [a, b] = CTES.map((cte, i) => ({
		id: nodeId(`model.shop.${i}`),
		sql: cteText(cte),
		reads: i === 1 ? [nodeId("model.shop.0")] : [],
		macros: [],
	}));
	expect(compiledEphemerals([a!, b!])).toEqual([
		{ id: "model.shop.0", sql: "select 1 as x", ctes: [], macros: [] },
		{
			id: "model.shop.1",
			sql: "with __dbt__cte__a as (\nselect 1 as x\n) select * from __dbt__cte__a",
			ctes: [a],
			macros: [],
		},
	]);
});
