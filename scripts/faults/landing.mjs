/**
 * The landing tables of the torture and what reads them: files that are added to, merged on a key, replaced; each brings
 * records that do not fit. Rows, rejects and ledger entry of a load commit together, so one statement over the three
 * can tell half a load; the file of a generation is loaded once, whoever was killed.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PRICES = 200;
const RATES = 100;
/** Records of each file of arrivals that are no JSON. */
const REFUSED = 3;
const numbers = (n) => Array.from({ length: n }, (_, i) => i + 1);
const numbered = (gen) => String(gen).padStart(5, "0");

const SOURCES = `version: 2
sources:
  - name: raw
    tables:
      - name: arrivals
        load: { files: data/arrivals/*.jsonl }
        columns: [{ name: record, data_tests: [not_null] }]
      - name: prices
        load:
          files: data/prices/*.csv
          mode: merge
          keys: [id]
          columns: [{ name: id, type: integer }, { name: gen, type: integer }, { name: amount, type: numeric }]
        columns: [{ name: id, data_tests: [unique, not_null] }]
      - name: rates
        load: { files: data/rates.csv, mode: replace, columns: [{ name: id, type: integer }, { name: gen, type: integer }] }
`;
const LANDED = `{{ config(materialized='incremental', incremental_strategy='append') }}
select _tfm_file as file, count(*) as n from {{ source('raw', 'arrivals') }}
{% if is_incremental() %}where _tfm_file not in (select t.file from {{ this }} as t){% endif %}
group by 1`;
const PRICED = `{{ config(materialized='table', meta={'quarantine': {'rules': [{'expect': 'id % 10 <> 0', 'reason': 'every tenth'}]}}) }}
select id, gen, amount from {{ source('raw', 'prices') }}`;

/** Rows, rejects and ledger of one file each; `wrong` counts what the three do not agree on. */
const lookAtFiles = (project, arrivals) => `select 'file ' || f as name, coalesce(r.n, 0)::bigint as n, r.low, r.high,
	(coalesce(r.twice, 0) + (r.n is distinct from ${arrivals})::int + (j.n is distinct from ${REFUSED})::int
		+ (l.rows is distinct from r.n)::int + (l.rejects is distinct from j.n)::int)::bigint as wrong, coalesce(j.n, 0)::bigint as extra
	from (select _tfm_file as f, count(*) as n, min((record->>'gen')::bigint) as low, max((record->>'gen')::bigint) as high,
		count(*) - count(distinct _tfm_row) as twice from landing.arrivals group by 1) r
	full join (select _tfm_file as f, count(distinct _tfm_row) as n from landing.arrivals__rejects group by 1) j using (f)
	full join (select path as f, rows, rejects from tfm_state.loaded_files where source = 'source.${project}.raw.arrivals') l using (f)`;
/** One row: how many, of which generations; each file brought one reject. */
const lookAtTable = (
	project,
	table,
	key,
	ledger,
) => `select 'table ${table}' as name, count(*)::bigint as n, min(gen)::bigint as low, max(gen)::bigint as high,
	(count(*) - count(distinct id) + count(*) filter (where _tfm_file <> ${key}))::bigint
		+ abs((select count(*) from landing.${table}__rejects) - (select ${ledger} from tfm_state.loaded_files l where l.source = 'source.${project}.raw.${table}')) as wrong,
	(select count(*) from tfm_state.loaded_files l where l.source = 'source.${project}.raw.${table}') as extra from landing.${table}`;
const LOOK_AT_LANDED = (
	arrivals,
) => `select 'table landed' as name, ${arrivals}::bigint as n, null::bigint as low, null::bigint as high,
	(count(*) - count(distinct file) + count(*) filter (where n <> ${arrivals}))::bigint as wrong, count(*)::bigint as extra from staging.landed`;
/** The model and its rejects are of one generation and together all rows. */
const LOOK_AT_PRICED = `select 'table priced' as name, count(*)::bigint as n, min(gen)::bigint as low, max(gen)::bigint as high,
	(count(*) - count(distinct id) + count(*) filter (where refused <> (id % 10 = 0)))::bigint as wrong, 0::bigint as extra
	from (select id, gen, false as refused from staging.priced union all select id, gen, true from staging.priced__rejects) p`;

/** `arrivals`: good records of a file of them. */
export function createLanding({ root, arrivals }) {
	const put = (path, text) => {
		const file = join(root, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(`${file}.part`, text);
		renameSync(`${file}.part`, file);
	};
	const fileOf = (gen) => `data/arrivals/${numbered(gen)}.jsonl`;
	/** Whole, and once: a second time changes nothing. */
	const arriveEarly = (gen) => {
		if (existsSync(join(root, fileOf(gen)))) return;
		const records = numbers(arrivals).map((i) => `{"id": ${i}, "gen": ${gen}}`);
		for (const i of numbers(REFUSED)) records.splice(i * 7, 0, `{"id": ${i}, "gen": `);
		put(fileOf(gen), records.join("\n"));
	};
	return {
		arriveEarly,
		/** All that comes for a generation. */
		arrive(gen) {
			arriveEarly(gen);
			const prices = `data/prices/${numbered(gen)}.csv`;
			if (existsSync(join(root, prices))) return;
			put(
				prices,
				`id,gen,amount\n${numbers(PRICES)
					.map((i) => `${i},${gen},${i}.50\n`)
					.join("")}no,${gen},number\n`,
			);
			put(
				"data/rates.csv",
				`id,gen\n${numbers(RATES)
					.map((i) => `${i},${gen}\n`)
					.join("")}no,${gen}\n`,
			);
		},
		files: {
			"models/landing/_raw.yml": SOURCES,
			"models/staging/landed.sql": LANDED,
			"models/staging/priced.sql": PRICED,
		},
		fileOf,
	};
}

/** Statements whose rows have name, n, low, high, wrong, extra. */
export const lookAtLanding = (project, arrivals) => [
	lookAtFiles(project, arrivals),
	lookAtTable(project, "prices", "'data/prices/' || lpad(gen::text, 5, '0') || '.csv'", "coalesce(sum(l.rejects), 0)"),
	lookAtTable(project, "rates", "'data/rates.csv'", "coalesce(sum(l.rejects), 0)"),
	LOOK_AT_LANDED(arrivals),
	LOOK_AT_PRICED,
];

/** What of it may never be seen, whenever one looks. */
export function faultsOfLanding(seen, arrivals) {
	const expected = { "table prices": PRICES, "table rates": RATES, "table priced": PRICES, "table landed": arrivals };
	const wrong = [];
	for (const [name, row] of seen) {
		const rows = name.startsWith("file ") ? arrivals : expected[name];
		if (rows === undefined) continue;
		if (row.n !== rows || row.wrong !== 0 || row.low !== row.high)
			wrong.push(
				`${name} has ${row.n} rows of ${rows} of generations ${row.low} to ${row.high}, ${row.extra} beside them, ${row.wrong} that contradict each other`,
			);
	}
	return wrong;
}

/** After a run that went through, for which all of `gen` had arrived. */
export function faultsOfLanded(seen, gen) {
	const wrong = [];
	for (let arrived = 1; arrived <= gen; arrived++)
		if (!seen.has(`file data/arrivals/${numbered(arrived)}.jsonl`)) wrong.push(`the file of ${arrived} is lost`);
	const files = [...seen.keys()].filter((name) => name.startsWith("file ")).length;
	if (seen.get("table landed")?.extra !== files)
		wrong.push(`staging.landed has ${seen.get("table landed")?.extra} files of ${files}`);
	for (const name of ["table prices", "table rates", "table priced"])
		if (seen.get(name)?.high !== gen) wrong.push(`${name} is of generation ${seen.get(name)?.high}, not ${gen}`);
	const loads = { "table prices": gen, "table rates": 1 };
	for (const [name, count] of Object.entries(loads))
		if (seen.get(name)?.extra !== count)
			wrong.push(`the ledger has ${seen.get(name)?.extra} files of ${name}, not ${count}`);
	return wrong;
}
