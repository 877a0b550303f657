import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createLanding } from "./landing.mjs";
import { ARRIVALS, BROKEN_EVERY, LAYERS, LOG_ROWS, PROJECT, RELATIONS } from "./relations.mjs";

const rowsOf = (name) => RELATIONS.find((r) => r.name === name).rows;
const GEN = "{{ var('gen') }}";
const config = (text) => `{{ config(${text}) }}\n`;
/** Rows 1…n of this run. `type` casts id and gen. */
const made = (name, { id = "int", gen = "int", bad = "false" } = {}) =>
	`select id::${id} as id, ${GEN}::${gen} as gen, ${GEN}::${gen} as gen_below, md5(id || '-' || ${GEN}) as payload, ${bad} as bad\nfrom generate_series(1, ${rowsOf(name)}) as s(id)`;
/** Rows of this run over rows of the layer below, whose generation they keep. */
const over = (from, name) =>
	`select b.id, ${GEN}::int as gen, b.gen as gen_below, md5(b.id || '-' || ${GEN}) as payload, b.bad\nfrom {{ ref('${from}') }} as b where b.id <= ${rowsOf(name)}`;
/** A view shows what is below it; gen_below tells when two of its sources are of two runs. */
const through = (from, where = "true") =>
	`select b.id, b.gen, b.gen as gen_below, b.payload, b.bad from {{ ref('${from}') }} as b where ${where}`;
const delta = (name, strategy) =>
	`${config(`materialized='incremental', incremental_strategy='${strategy}', unique_key='id'`)}select b.id, ${GEN}::int as gen, ${GEN}::int as gen_below, md5(b.id || '-' || ${GEN}) as payload, b.bad
from {{ ref('orders') }} as b where b.id <= ${rowsOf(name)}
{% if is_incremental() %}and (b.id % 10 = ${GEN} % 10 or b.id = 1){% endif %}`;

const MODELS = {
	"staging/orders": made("orders"),
	"staging/lines": made("lines"),
	// Another type in every other run: what reads it must be made anew.
	"staging/retyped": `{% set odd = var('gen') % 2 == 1 %}\n${made("retyped", { id: "{{ 'int' if odd else 'bigint' }}", gen: "{{ 'int' if odd else 'numeric' }}" })}`,
	"staging/reordered": `${config("materialized='view'")}select {% if var('gen') % 2 == 1 %}b.id, b.gen, b.gen as gen_below{% else %}1 as extra, b.gen as gen_below, b.gen, b.id{% endif %}, b.payload, b.bad from {{ ref('retyped') }} as b`,
	"staging/reordered_top": `${config("materialized='view'")}${through("reordered")}`,
	"staging/first_orders": `${config("materialized='view'")}${through("orders", "b.id <= 500")}`,
	"staging/arrived": made("arrived", {
		bad: `(id = 7 and ${GEN} % ${BROKEN_EVERY} = 0 and not {{ var('corrected', false) }})`,
	}),
	"staging/side_source": `${config("tags=['side']")}${made("side_source")}`,
	"transform/joined": `select b.id, ${GEN}::int as gen, case when l.gen = b.gen then b.gen end as gen_below, md5(b.id || '-' || ${GEN}) as payload, b.bad
from {{ ref('orders') }} as b join {{ ref('lines') }} as l on l.id = b.id`,
	"transform/kept": `${config("publish='keep'")}${over("orders", "kept")}`,
	"transform/mixed_view": `${config("materialized='view'")}select k.id, k.gen, j.gen as gen_below, k.payload, k.bad from {{ ref('kept') }} as k join {{ ref('joined') }} as j on j.id = k.id`,
	"transform/arrived_joined": over("arrived", "arrived_joined"),
	"transform/side_joined": `${config("tags=['side']")}${over("side_source", "side_joined")}`,
	"transform/slices": delta("slices", "delete+insert"),
	"transform/merged": delta("merged", "merge"),
	"transform/log": `${config("materialized='incremental', incremental_strategy='append'")}select b.id, ${GEN}::int as gen, b.gen as gen_below, md5(b.id || '-' || ${GEN}) as payload, b.bad
from {{ ref('orders') }} as b where b.id <= ${LOG_ROWS}
{% if is_incremental() %}and not exists (select 1 from {{ this }} as t where t.gen = ${GEN}){% endif %}`,
	"transform/slices_view": `${config("materialized='view'")}select s.id, s.gen, s.gen_below, s.payload, s.bad or j.gen is distinct from (select x.gen from {{ ref('slices') }} as x where x.id = 1) as bad
from {{ ref('slices') }} as s left join {{ ref('joined') }} as j on j.id = 1`,
	"reporting/totals": over("joined", "totals"),
	"reporting/totals_view": `${config("materialized='view'")}${through("totals")}`,
	"reporting/arrived_report": over("arrived_joined", "arrived_report"),
	"reporting/side_report": `${config("tags=['side']")}${over("side_joined", "side_report")}`,
};

const HISTORY = `{% snapshot history %}
{{ config(strategy='check', unique_key='id', check_cols=['gen'], schema='transform') }}
select b.id, b.gen, b.payload from {{ ref('joined') }} as b where b.id <= ${rowsOf("history")}
{% endsnapshot %}
`;

const PROFILE = `faults:
  target: test
  outputs:
    test:
      type: postgres
      host: "{{ env_var('FAULTS_HOST') }}"
      port: "{{ env_var('FAULTS_PORT') | as_number }}"
      user: runner
      password: "{{ env_var('TFM_ENV_SECRET_FAULTS') }}"
      database: faults
      schema: landing
      threads: 4
`;

/** Writes the layered project that is run and killed; `features` as in relations.mjs. Returns how its files arrive. */
export function writeProject(root, features) {
	const write = (path, text) => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text.endsWith("\n") ? text : `${text}\n`);
	};
	write(
		"tfm_project.yml",
		`name: ${PROJECT}\nversion: "1.0.0"\nprofile: faults\nlayers: [${LAYERS.join(", ")}]\nschema_naming: exact\nmodels: { +materialized: table }\n`,
	);
	write("profiles.yml", PROFILE);
	const known = new Map(RELATIONS.map((r) => [`${r.layer}/${r.name}`, r]));
	for (const [path, text] of Object.entries(MODELS)) {
		const { needs } = known.get(path);
		if (needs === undefined || features.has(needs)) write(`models/${path}.sql`, text);
	}
	if (features.has("snapshots")) write("snapshots/history.sql", HISTORY);
	for (const layer of LAYERS.slice(1)) write(`models/${layer}/_${layer}.yml`, testsOf(layer, features));
	const landing = createLanding({ root, arrivals: ARRIVALS });
	for (const [path, text] of Object.entries(landing.files)) write(path, text);
	return landing;
}

/** No row of any relation is bad; the key of tables that others hang on, or that rows are brought into, is unique. */
function testsOf(layer, features) {
	const blocks = RELATIONS.filter(
		(r) => r.layer === layer && r.shape !== "snapshot" && (r.needs === undefined || features.has(r.needs)),
	).map((r) => {
		const key = r.way === "keep" || r.shape === "slices" || r.name === "orders" ? "[unique, not_null]" : "[not_null]";
		const values = "{ accepted_values: { arguments: { values: [false], quote: false } } }";
		return `  - name: ${r.name}\n    columns:\n      - { name: id, data_tests: ${key} }\n      - { name: bad, data_tests: [${values}] }\n`;
	});
	return `version: 2\nmodels:\n${blocks.join("")}`;
}
