import { describe, expect, it } from "vitest";
import { compileTemplate } from "./template.ts";

const written = (text: string) => compileTemplate({ file: "a.sql", text }).writtenKeywords("config");

describe("the keywords of a call as written", () => {
	it("keeps texts as they are and spells expressions as dbt 1.12 does", () => {
		const text = `{{ config(
			materialized='table',
			alias=var("name", 'orders'),
			enabled=target.name == "dev" and not (1 > 2),
			tags=['a', env_var('B')],
			meta={'n': 1, "f": 1.50, 't': (1,), 'e': None, 'b': true},
			schema='x' ~ target["schema"],
			limit=-5
		) }}`;
		expect(written(text)).toEqual({
			materialized: "table",
			alias: "var('name', 'orders')",
			enabled: "target.name == 'dev' and not 1 > 2",
			tags: "['a', env_var('B')]",
			meta: "{'n': 1, 'f': 1.5, 't': (1,), 'e': None, 'b': True}",
			schema: "'x' ~ target['schema']",
			limit: "-5",
		});
	});

	it("takes the first call, wherever it stands, and tells that there is none", () => {
		expect(written("{% if execute %}{{ config(a=1) }}{% endif %}{{ config(b=2) }}")).toEqual({ a: "1" });
		expect(written("{% do config(a=x|upper) %}")).toEqual({ a: "x | upper" });
		expect(written("select 1 -- config(a=1)")).toBeNull();
		expect(written("{{ config({'a': 1}) }}")).toEqual({});
	});
});
