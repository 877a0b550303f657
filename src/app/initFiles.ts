import type { SchemaNaming } from "../core/config.ts";

export type Engine = "pglite" | "postgres" | "snowflake";

export interface InitAnswers {
	readonly name: string;
	readonly engine: Engine;
	readonly naming: SchemaNaming;
}

const NAMING_WORDS: Readonly<Record<SchemaNaming, string>> = {
	exact_in_prod: "staging in the target called prod, <target schema>_staging elsewhere",
	exact: "staging, in every target",
	prefix: "<target schema>_staging, in every target, as dbt does",
};

/**
 * The project that `tfm init` writes: five layers, seven orders, and one order that a test rejects, so that a
 * newcomer sees a gate close, corrects one cell, and sees it open. Paths are relative to the project; text ends in a
 * newline.
 */
export function initFiles(answers: InitAnswers): ReadonlyMap<string, string> {
	const { name, engine, naming } = answers;
	const files = new Map<string, string>();
	files.set(
		"tfm_project.yml",
		`name: ${name}
version: "1.0"
${engine === "pglite" ? "" : `profile: ${name}\n`}
# A layer is a folder under models/, a schema, and a gate: it is built aside, tested, then published at once.
layers: [landing, staging, transform, analytics, reporting]

# Schemas: ${NAMING_WORDS[naming]}.
schema_naming: ${naming}

models:
  +materialized: table
`,
	);
	files.set(
		"seeds/raw_orders.csv",
		`order_id,customer,ordered_at,amount
1,Ada,2026-11-16,120.00
2,Grace,2026-11-16,35.50
3,Ada,2026-11-17,80.00
4,Edsger,2026-11-17,
5,Barbara,2026-11-18,210.25
6,Grace,2026-11-18,19.90
7,Ada,2026-11-18,64.00
`,
	);
	files.set(
		"seeds/_seeds.yml",
		`version: 2

seeds:
  - name: raw_orders
    description: Orders as the shop exports them.
    config:
      column_types: { order_id: integer, ordered_at: date, amount: "numeric(12, 2)" }
    columns:
      - name: order_id
        description: The shop's number of the order.
        data_tests: [unique, not_null]
`,
	);
	files.set(
		"models/staging/stg_orders.sql",
		`select
    order_id,
    trim(customer) as customer,
    ordered_at,
    amount
from {{ ref('raw_orders') }}
`,
	);
	files.set(
		"models/staging/_staging.yml",
		`version: 2

models:
  - name: stg_orders
    description: One clean row per order.
    columns:
      - name: order_id
        description: The shop's number of the order.
        data_tests: [unique, not_null]
      - name: amount
        description: What was paid. An order without an amount must not reach the reports.
        data_tests: [not_null]
`,
	);
	files.set(
		"models/transform/trf_orders.sql",
		`select
    order_id,
    customer,
    ordered_at,
    amount,
    case when amount >= 100 then 'large' else 'small' end as size
from {{ ref('stg_orders') }}
`,
	);
	files.set(
		"models/transform/_transform.yml",
		`version: 2

models:
  - name: trf_orders
    description: Orders with their size.
    columns:
      - name: size
        description: large from 100 upwards, else small.
        data_tests:
          - accepted_values:
              arguments: { values: [large, small] }
`,
	);
	files.set(
		"models/analytics/anl_revenue_by_day.sql",
		`select
    ordered_at,
    count(*) as orders,
    sum(amount) as revenue
from {{ ref('trf_orders') }}
group by ordered_at
`,
	);
	files.set(
		"models/analytics/_analytics.yml",
		`version: 2

models:
  - name: anl_revenue_by_day
    description: Orders and revenue of each day.
    columns:
      - name: ordered_at
        description: The day.
        data_tests: [unique, not_null]
`,
	);
	files.set(
		"models/reporting/rpt_best_day.sql",
		`select ordered_at, orders, revenue
from {{ ref('anl_revenue_by_day') }}
order by revenue desc, ordered_at
limit 1
`,
	);
	files.set(
		"models/reporting/_reporting.yml",
		`version: 2

models:
  - name: rpt_best_day
    description: The day with the highest revenue.
    columns:
      - name: revenue
        description: Its revenue.
        data_tests: [not_null]
`,
	);
	files.set("models/landing/.gitkeep", "");
	files.set("macros/.gitkeep", "");
	files.set("tests/.gitkeep", "");
	files.set(".gitignore", ".tfm/\ntarget/\nlogs/\ndbt_packages/\nnode_modules/\nprofiles.yml\n.env\n");
	if (engine !== "pglite") files.set("profiles.yml", profileText(name, engine));
	return files;
}

function profileText(name: string, engine: Exclude<Engine, "pglite">): string {
	if (engine === "postgres")
		return `${name}:
  target: dev
  outputs:
    dev:
      type: postgres
      host: "{{ env_var('PGHOST', 'localhost') }}"
      port: 5432
      user: "{{ env_var('PGUSER') }}"
      password: "{{ env_var('PGPASSWORD') }}"
      dbname: "{{ env_var('PGDATABASE') }}"
      schema: dev
      threads: 4
`;
	return `${name}:
  target: dev
  outputs:
    dev:
      type: snowflake
      account: "{{ env_var('SNOWFLAKE_ACCOUNT') }}"
      user: "{{ env_var('SNOWFLAKE_USER') }}"
      password: "{{ env_var('SNOWFLAKE_PASSWORD') }}"
      role: "{{ env_var('SNOWFLAKE_ROLE') }}"
      warehouse: "{{ env_var('SNOWFLAKE_WAREHOUSE') }}"
      database: "{{ env_var('SNOWFLAKE_DATABASE') }}"
      schema: dev
      threads: 8
`;
}

/** The `tfm.yml` that `tfm init --from-dbt` writes: nothing changes until the layers are uncommented. */
export function fromDbtFile(folders: readonly string[], modelsBesideFolders: boolean): string {
	const found = folders.map((folder) => {
		const name = folder.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^(?![A-Za-z])/, "layer_");
		return name === folder ? `{ name: ${name}, schema: null }` : `{ name: ${name}, path: "${folder}", schema: null }`;
	});
	const rest = modelsBesideFolders || folders.length === 0 ? ["{ name: models, path: ., schema: null }"] : [];
	return `# Keys that only tfm reads; dbt ignores this file. Delete it to go back.
# As written, tfm runs this project as dbt does.

schema_naming: prefix

# Layers turn on write–audit–publish: each folder is built aside, tested, then published at once.
# Put the folders under models/ in the order in which data flows, then remove the # signs. "schema: null" leaves every
# relation where dbt puts it. For one folder at a time, name that one, and \`path: .\` for all the others.
#
# layers:
${[...found, ...rest].map((layer) => `#   - ${layer}`).join("\n")}
`;
}
