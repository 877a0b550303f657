/**
 * Writes a deterministic project of N models in five layers, for measuring: node bench/makeProject.mjs --models 10000
 * --out DIR. A model has one parent a rank up and up to three further ones below, four generic tests, and, half of
 * the time, macros, loops and variables; hubs draw a quarter of the extra references. Runs on dbt as well.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LAYERS = [
	{ name: "landing", share: 0.2, ranks: [0, 1], materialized: "view" },
	{ name: "staging", share: 0.2, ranks: [2, 3], materialized: "view" },
	{ name: "transform", share: 0.3, ranks: [4, 5, 6, 7, 8, 9], materialized: "table" },
	{ name: "analytics", share: 0.2, ranks: [10, 11, 12], materialized: "table" },
	{ name: "reporting", share: 0.1, ranks: [13, 14], materialized: "table" },
];
const SUBJECTS = ["orders", "customers", "invoices", "payments", "products", "shipments", "sessions", "tickets"];
const STATUSES = ["new", "open", "won", "lost"];
const MODELS_PER_FOLDER = 20;

/** Returns {models, tests, files, sqlBytes, yamlBytes}. `layered` adds tfm's layers (a tfm_project.yml), `tests` is how many tests a model has, up to 4. */
export function makeProject({ models: count, out, seed = 7, layered = false, tests = 4 }) {
	let state = seed >>> 0;
	const random = () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n) => Math.floor(random() * n);
	const pick = (list) => list[below(list.length)];
	const facts = { models: count, tests: count * tests, files: 0, sqlBytes: 0, yamlBytes: 0 };
	const write = (path, text) => {
		mkdirSync(dirname(join(out, path)), { recursive: true });
		writeFileSync(join(out, path), text);
		facts.files++;
		if (path.endsWith(".sql")) facts.sqlBytes += Buffer.byteLength(text);
		if (path.endsWith(".yml")) facts.yamlBytes += Buffer.byteLength(text);
	};

	const ranks = Array.from({ length: 15 }, () => []);
	const nodes = [];
	for (const layer of LAYERS) {
		const n =
			layer === LAYERS.at(-1) ? count - nodes.length : Math.max(layer.ranks.length, Math.round(count * layer.share));
		for (let i = 0; i < n; i++) {
			const folder = Math.floor(i / MODELS_PER_FOLDER);
			const subject = SUBJECTS[folder % SUBJECTS.length];
			const rank = layer.ranks[Math.floor((i * layer.ranks.length) / n)];
			const node = {
				name: `${layer.name}_${subject}_${i}`,
				layer,
				rank,
				subject,
				folder: `models/${layer.name}/${subject}_${folder}`,
				parents: [],
			};
			nodes.push(node);
			ranks[rank].push(node);
		}
	}
	const hubs = ranks.map((r) => r.slice(0, Math.max(1, Math.round(r.length * 0.02))));
	for (const node of nodes.filter((n) => n.rank > 0)) {
		node.parents.push(pick(ranks[node.rank - 1]));
		const extra = random() < 0.35 ? 0 : random() < 0.6 ? 1 : 2;
		for (let k = 0; k < extra; k++) {
			const rank = Math.max(0, node.rank - 1 - below(4));
			const parent = random() < 0.25 ? pick(hubs[rank]) : pick(ranks[rank]);
			if (!node.parents.includes(parent)) node.parents.push(parent);
		}
	}

	const seeds = Math.max(5, Math.min(200, Math.round(count / 50)));
	for (let s = 0; s < seeds; s++) {
		const rows = Array.from(
			{ length: 12 },
			(_, r) => `${r + 1},${STATUSES[(r + s) % 4]},${100 + below(90000)},2026-0${1 + below(9)}-1${below(9)}`,
		);
		write(`seeds/raw_${s}.csv`, `id,status,amount,booked_on\n${rows.join("\n")}\n`);
	}
	for (const node of nodes) if (node.rank === 0) node.seed = below(seeds);

	for (const node of nodes) write(`${node.folder}/${node.name}.sql`, modelSql(node, random, below, pick));
	const byFolder = Map.groupBy
		? Map.groupBy(nodes, (n) => n.folder)
		: nodes.reduce((m, n) => m.set(n.folder, [...(m.get(n.folder) ?? []), n]), new Map());
	for (const [folder, members] of byFolder)
		write(`${folder}/_models.yml`, `version: 2\n\nmodels:\n${members.map((m) => modelYaml(m, pick, tests)).join("")}`);

	write("macros/project.sql", MACROS);
	write("models/docs.md", "{% docs status %}\nOne of **new**, **open**, **won** or **lost**.\n{% enddocs %}\n");
	write(
		layered ? "tfm_project.yml" : "dbt_project.yml",
		`name: bench\nversion: "1.0"\nprofile: bench\nmodel-paths: [models]\nseed-paths: [seeds]\nmacro-paths: [macros]\n${layered ? `layers: [${LAYERS.map((l) => l.name).join(", ")}]\nschema_naming: exact\n` : ""}vars: { min_amount: 0, statuses: [${STATUSES.join(", ")}] }\nmodels:\n  bench:\n${LAYERS.map((l) => `    ${l.name}: { +materialized: ${l.materialized}, +tags: [${l.name}] }\n`).join("")}`,
	);
	write(
		"profiles.yml",
		`bench:\n  target: dev\n  outputs:\n    dev: { type: pglite, path: .tfm/database, schema: bench, threads: 4 }\n    postgres: { type: postgres, host: localhost, user: postgres, password: "", port: 5432, dbname: postgres, schema: bench, threads: 4 }\n`,
	);
	return facts;
}

function modelSql(node, random, below, pick) {
	const plain = random() < 0.45;
	const lines = [];
	if (random() < 0.5) lines.push(`{{ config(materialized='${node.layer.materialized}', tags=['${node.subject}']) }}`);
	if (random() < 0.6)
		lines.push(
			`-- ${node.name}: ${node.subject} at rank ${node.rank}; late rows arrive up to ${1 + below(5)} days after the event.`,
		);
	const loops = !plain && node.rank >= 4 && random() < 0.6;
	if (loops) lines.push("{% set statuses = var('statuses') %}");
	lines.push("with base as (", "    select id, status, amount, booked_on");
	const [main, ...rest] = node.parents;
	lines.push(
		`    from {{ ref('${main ? main.name : `raw_${node.seed}`}') }}`,
		plain ? `    where amount >= ${below(3)}` : "    where amount >= {{ var('min_amount') }}",
		"),",
	);
	rest.forEach((parent, k) => {
		lines.push(
			`joined_${k} as (`,
			`    select id, ${pick(["sum", "max", "avg"])}(amount) as amount_${k}, count(*) as rows_${k}`,
			`    from {{ ref('${parent.name}') }}`,
			"    where status in ('new', 'open', 'won', 'lost')",
			"    group by id",
			"),",
		);
	});
	lines.push("final as (", "    select base.id, base.status, base.booked_on,");
	const terms = rest.map((_, k) =>
		plain ? `coalesce(joined_${k}.amount_${k}, 0) * 0.01` : `{{ or_zero('joined_${k}.amount_${k}') }} * 0.01`,
	);
	lines.push(`        cast(${["base.amount", ...terms].join(" + ")} as numeric(18, 2)) as amount`);
	if (!plain && random() < 0.5)
		lines.push(
			`        , {{ ${pick(["surrogate_key(['base.id', 'base.status'])", "year_of('base.booked_on')", "amount_band('base.amount')", "status_rank('base.status')"])} }} as extra_${below(9)}`,
		);
	else
		lines.push(
			"        , case when base.amount > 1000 then 'large' when base.amount > 10 then 'medium' else 'small' end as size",
		);
	if (loops)
		lines.push(
			"        {% for s in statuses %}",
			"        , sum(case when base.status = '{{ s }}' then base.amount else 0 end) over (partition by base.booked_on) as amount_{{ s }}",
			"        {% endfor %}",
		);
	lines.push(
		"    from base",
		...rest.map((_, k) => `    left join joined_${k} on joined_${k}.id = base.id`),
		")",
		"select * from final",
	);
	return `${lines.join("\n")}\n`;
}

const WORDS =
	"daily gross net booked amount of each record as seen by the finance team after late corrections are applied".split(
		" ",
	);

function modelYaml(node, pick, tests) {
	const sentence = () => Array.from({ length: 10 }, () => pick(WORDS)).join(" ");
	const to = node.parents[0]?.name ?? `raw_${node.seed}`;
	return `  - name: ${node.name}
    description: >
      ${sentence()}
      ${sentence()}
    config:
      meta: { owner: team-${node.rank}, tier: 2 }
    columns:
      - name: id
        description: Key of the ${node.subject} row.
${testsYaml(["not_null", "unique", `relationships:\n              arguments: { to: ref('${to}'), field: id }`].slice(0, tests))}      - name: status
        description: "{{ doc('status') }}"
${testsYaml(tests > 3 ? [`accepted_values:\n              arguments: { values: [${STATUSES.join(", ")}] }`] : [])}      - name: amount
        description: ${sentence()}.
      - name: booked_on
        description: ${sentence()}.
`;
}

const testsYaml = (tests) =>
	tests.length === 0 ? "" : `        data_tests:\n${tests.map((test) => `          - ${test}\n`).join("")}`;

const MACROS = `{% macro or_zero(column) %}coalesce({{ column }}, 0){% endmacro %}

{% macro year_of(column) %}extract(year from {{ column }}){% endmacro %}

{% macro amount_band(column) -%}
    case {% for limit in [10, 100, 1000] %}when {{ column }} < {{ limit }} then '<{{ limit }}' {% endfor %}else 'top' end
{%- endmacro %}

{% macro status_rank(column) -%}
    case {{ column }} {% for s in var('statuses') %}when '{{ s }}' then {{ loop.index }} {% endfor %}else 0 end
{%- endmacro %}

{% macro surrogate_key(columns) -%}
    md5({% for c in columns %}coalesce(cast({{ c }} as text), ''){{ " || '-' || " if not loop.last }}{% endfor %})
{%- endmacro %}
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const argument = (name, fallback) => {
		const at = process.argv.indexOf(`--${name}`);
		return at < 0 ? fallback : process.argv[at + 1];
	};
	const facts = makeProject({
		models: Number(argument("models", "1000")),
		out: argument("out", "bench/.work/project"),
		layered: process.argv.includes("--layered"),
	});
	console.log(JSON.stringify(facts));
}
