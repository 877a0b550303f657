import { expect, it } from "vitest";
import { parametersOf } from "./macroArguments.ts";

it("reads the arguments of a materialization as its languages, also where blank lines stand before it", () => {
	const of = (macro_sql: string) => parametersOf({ macro_sql, parameters: ["x"] });
	expect(of("{% materialization one, default %}")).toEqual(["supported_languages"]);
	expect(of("\n\n{%- materialization one, default -%}")).toEqual(["supported_languages"]);
	expect(of("{% macro materialization(x) %}")).toEqual(["x"]);
});
