/** Writes a project of two models whose templates ask the database before they have their SQL: `many` and `one`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `many` asks `queries` times, each time something else, as packages do that look at every column. */
export function makeQueryProject({ out, queries }) {
	const model = (times) => `{%- set answers = [] -%}
{%- for i in range(${times}) -%}
  {%- set table = run_query("select " ~ i ~ " as n, 'column_" ~ i ~ "' as name") -%}
  {%- if table -%}{%- do answers.append(table.columns[1].values()[0] ~ table.rows[0]["n"]) -%}{%- endif -%}
{%- endfor -%}
-- {{ answers | length }} answers
select {% for answer in answers %}'{{ answer }}' as a{{ loop.index }}{{ ", " if not loop.last }}{% endfor %}{% if not answers %}1 as a{% endif %}
`;
	mkdirSync(join(out, "models"), { recursive: true });
	writeFileSync(join(out, "dbt_project.yml"), "name: queries\nversion: '1.0'\n");
	writeFileSync(join(out, "models/many.sql"), model(queries));
	writeFileSync(join(out, "models/one.sql"), model(1));
}
