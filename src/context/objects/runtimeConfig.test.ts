import { expect, it } from "vitest";
import { compileTemplate } from "../../jinja/jinja.ts";
import { RUN_RENDERING } from "../context.ts";
import { testCompilerScope } from "../testing/runTestScope.ts";

const rendered = (text: string): string =>
	compileTemplate({ file: "a.sql", text }).render(testCompilerScope(), RUN_RENDERING);

it("packages reach the configuration of the project and its packages through builtins.ref, as in dbt", () => {
	expect(
		rendered(
			"{% set c = builtins.ref.config %}{{ c.project_name }} {{ c.dependencies['shop'].project_name }} {{ c.dependencies[c.project_name].version }} {{ c.credentials.type }} {{ c.vars.to_dict() is mapping }} {{ c.cli_vars is mapping }} {{ c.args.select }}",
		),
	).toBe("shop shop None postgres True True None");
	expect(rendered("{{ source.config.target_name == target.name }}")).toBe("True");
});

it("no secret of the connection is in it", () => {
	expect(rendered("{{ builtins.ref.config.credentials.password is defined }} {{ ref.config }}")).toBe(
		"False <RuntimeConfig shop>",
	);
});
