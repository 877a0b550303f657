import { describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { manifestOf, warningsIn } from "./testing/readProject.ts";

const PYTHON = "def model(dbt, session):\n    return dbt.ref('a')\n";

describe("what a project needs and tfm does not have", () => {
	it("is said once for each package and feature, with places and the nearest way round", async () => {
		const found = await warningsIn({
			"models/a.sql": "select 1 as id",
			"models/p1.py": PYTHON,
			"models/p2.py": PYTHON,
			"models/off.py": `${PYTHON}    dbt.config(enabled=False)\n`,
			"models/lake.sql": "{{ config(materialized='dynamic_table') }} select 1 as id",
			"models/own.sql": "{{ config(materialized='mine') }} select 1 as id",
			"models/calls.sql": "select '{{ outer() }}' as x",
			"macros/m.sql":
				"{% macro outer() %}\n  {# adapter.in_a_comment() #}\n  {{ inner() if execute }}{{ adapter.quote('x') }}\n{% endmacro %}\n" +
				"{% macro inner() %}\n  {% do adapter.copy_table(a, b) %}\n{% endmacro %}\n" +
				"{% macro unreached() %}{% do adapter.copy_more() %}{% endmacro %}\n" +
				"{% materialization mine, default %}{% endmaterialization %}",
		});
		expect(found).toMatchInlineSnapshot(`
			[
			  "TFM-PARSE-070 macros/m.sql:6:1 shop needs adapter.copy_table(), which tfm does not have: the macro inner | write a macro of the same name in your project that does without it",
			  "TFM-PARSE-070 models/lake.sql:1:1 shop needs the materialization "dynamic_table", which tfm does not have: lake | choose one of view, table, incremental, materialized_view, ephemeral, or leave it out with \`enabled: false\`; the rest of the project runs",
			  "TFM-PARSE-070 models/p1.py:1:1 shop needs Python models, which tfm does not have: p1, p2 | write it in SQL, or leave it out with \`enabled: false\`; the rest of the project runs",
			]
		`);
	});

	it("is also looked for behind `execute`, where reading does not come to, and among tags", async () => {
		const found = await warningsIn({
			"models/a.sql": "{% if execute %}{{ parts() }}{{ config.get('unreached') }}{% endif %} select 1 as id",
			"macros/m.sql":
				'{% macro parts() %}\n{% include "parts.sql" %}{{ adapter.get_partitions(1) }}{% endmacro %}\n{% macro unreached() %}{% include "x" %}{% endmacro %}',
		});
		const way = "write a macro of the same name in your project that does without it";
		expect(found).toEqual([
			`TFM-PARSE-070 macros/m.sql:2:1 shop needs adapter.get_partitions(), which tfm does not have: the macro parts | ${way}`,
			`TFM-PARSE-070 macros/m.sql:2:1 shop needs the tag "include", which tfm does not have: the macro parts | ${way}`,
		]);
	});

	it("is looked for in the texts of nodes, in branches that reading does not come to", async () => {
		const found = await warningsIn({
			"models/a.sql": "select 1 as id\n{% if execute %}{% do adapter.copy_table(a, b) %}{% endif %}",
			"models/b.sql": "select '{{ adapter.quote('x') }}' as id {% if is_incremental() %}{{ parts() }}{% endif %}",
			"macros/m.sql": "{% macro parts() %}{{ adapter.get_partitions(1) }}{% endmacro %}",
		});
		expect(found).toEqual([
			"TFM-PARSE-070 macros/m.sql:1:1 shop needs adapter.get_partitions(), which tfm does not have: the macro parts | write a macro of the same name in your project that does without it",
			"TFM-PARSE-070 models/a.sql:2:1 shop needs adapter.copy_table(), which tfm does not have: a | do without it in this branch, or leave it out with `enabled: false`; the rest of the project runs",
		]);
	});

	it("names the OSI documents, which dbt reads from the root project's `osi-paths`", async () => {
		const found = await warningsIn({
			"models/a.sql": "select 1 as id",
			"osi/deep/sales.json": "{}",
			"osi/orders.json": "{}",
			"osi/notes.txt": "",
		});
		expect(found).toEqual([
			"TFM-PARSE-070 osi/deep/sales.json:1:1 shop needs OSI documents, which tfm does not have: osi/deep/sales.json, osi/orders.json | write their semantic models and metrics in a property file; the rest of the project runs",
		]);
	});

	it("is nothing that --warn-error stops at, unless the code is named", async () => {
		const { warnings } = await manifestOf({ "models/a.sql": "select 1 as id", "models/p.py": PYTHON });
		expect(judgeWarnings(warnings, { warnError: true }).map(({ code }) => code)).toEqual(["TFM-PARSE-070"]);
		const named = { error: ["TFM-PARSE-070"], warn: [], silence: [] };
		expect(() => judgeWarnings(warnings, { warnError: false, warnErrorOptions: named })).toThrow(TfmError);
	});

	it("is the end for a function in JavaScript, as in dbt on Postgres (TFM-PARSE-073)", async () => {
		const files = {
			"functions/f.js": "return 1",
			"functions/f.yml": "functions: [{name: f, returns: {data_type: int}}]",
		};
		await expect(manifestOf(files)).rejects.toThrow("Postgres runs no JavaScript: the function f");
	});
});
