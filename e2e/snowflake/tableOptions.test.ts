import { expect, test } from "vitest";
import { projectOnSnowflake } from "./projectOnSnowflake.ts";

const FILES = {
	"tfm_project.yml":
		"name: shop\nprofile: shop\nlayers: [marts]\nschema_naming: exact\nmodels: {+materialized: table}\n",
	"models/marts/kept.sql": "{{ config(transient=false) }} select 1 as id",
	"models/marts/passing.sql": "select 1 as id",
	"models/marts/ordered.sql":
		"{{ config(cluster_by=['id', 'day'], automatic_clustering=true, copy_grants=true) }} select 1 as id, '2026-01-01'::date as day",
	"models/marts/hidden.sql":
		"{{ config(materialized='view', secure=true, copy_grants=true) }} select id from {{ ref('kept') }}",
	"models/marts/ruled.sql":
		"{{ config(row_access_policy='gov.only on (id)', table_tag=\"gov.cost = 'bi'\") }} select 1 as id, 'a' as name",
	"models/marts/models.yml": `
models:
  - name: ruled
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: int}
      - {name: name, data_type: varchar, constraints: [{type: custom, expression: with masking policy gov.hide}]}
`,
};

test("transient and permanent tables, clustering, secure views, grants, policies and tags are built and built again", async () => {
	const shop = await projectOnSnowflake(FILES);
	try {
		for (const command of ["run", "run"]) {
			const ran = await shop.call(command);
			expect([ran.code, ran.stderr], ran.stdout).toEqual([0, ""]);
		}
		const shown = (sql: string, ...names: readonly string[]) =>
			shop.rows(
				`${sql}; select ${names.map((name) => `"${name}"`).join(", ")} from table(result_scan(last_query_id())) order by 1`,
			);
		expect(await shown("show tables in schema marts", "name", "kind", "cluster_by")).toMatchInlineSnapshot(`
			[
			  [
			    "KEPT",
			    "TABLE",
			    "",
			  ],
			  [
			    "ORDERED",
			    "TRANSIENT",
			    "LINEAR(id,day)",
			  ],
			  [
			    "PASSING",
			    "TRANSIENT",
			    "",
			  ],
			  [
			    "RULED",
			    "TRANSIENT",
			    "",
			  ],
			]
		`);
		expect(await shown("show views in schema marts", "name", "is_secure")).toMatchInlineSnapshot(`
			[
			  [
			    "HIDDEN",
			    "true",
			  ],
			]
		`);
		// Policies, tags and grants are passed over there: what was asked for is what can be seen.
		const asked = shop.local.server.ledger.entries().filter(({ what }) => /policy|^tag|copy grants/.test(what));
		expect(
			asked.map(({ what, times, example }) => [what, times, example.replace(/TFM_C_[0-9a-f]+_/gi, "")]),
		).toMatchInlineSnapshot(`
			[
			  [
			    "copy grants",
			    6,
			    "create or replace transient table ANALYTICS.MARTS.ORDERED cluster by (id, day) copy grants as ( select * from ( select 1 as id, '2026-01-01'::date as day ) order by id, day )",
			  ],
			  [
			    "masking or row access policy",
			    4,
			    "create or replace transient table ANALYTICS.MARTS.RULED ( id int, name varchar with masking policy gov.hide ) with row access policy gov.only on (id) with tag (gov.cost = 'bi') as ( s",
			  ],
			  [
			    "tag",
			    2,
			    "create or replace transient table ANALYTICS.MARTS.RULED ( id int, name varchar with masking policy gov.hide ) with row access policy gov.only on (id) with tag (gov.cost = 'bi') as ( s",
			  ],
			]
		`);
	} finally {
		await shop.stop();
	}
});
