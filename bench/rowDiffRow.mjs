/** `tfm diff` of two tables on a server, beside the join that one would write by hand. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, run } from "./measure.mjs";

const TFM = join(here, "../bin/tfm.js");
const CHANGED = 1000;
const COLUMNS = ["customer", "amount", "status", "placed_at", "note"];

const must = (fact, message) => {
	if (!fact) throw new Error(message);
};

/** The statements that make two schemas of a new database with a table of `rows` rows each; of every so many of them the amount differs. */
function fill(server, rows) {
	const every = Math.max(1, Math.floor(rows / CHANGED));
	const table = (schema, amount) => [
		`create schema ${schema}`,
		`create table ${schema}.big as select id::bigint as id, (id * 7919 % 100003)::int as customer, (${amount})::numeric(12, 2) as amount, case id % 3 when 0 then 'open' when 1 then 'paid' else 'sent' end as status, timestamp '2026-01-01' + id * interval '1 second' as placed_at, md5(id::text) as note from generate_series(1::bigint, ${rows}) as id`,
		`analyze ${schema}.big`,
	];
	server.sql("drop database if exists diff_bench with (force)", "create database diff_bench");
	return [
		...table("prod", "id / 100.0"),
		...table("dev", `id / 100.0 + case when id % ${every} = 0 then 1 else 0 end`),
	];
}

export function rowDiff(server, cwd, { rows }) {
	const output = (schema) =>
		`{ type: postgres, host: 127.0.0.1, port: ${server.port}, user: ${server.user}, password: x, dbname: diff_bench, schema: ${schema}, threads: 1, sslmode: disable }`;
	mkdirSync(join(cwd, "models"), { recursive: true });
	writeFileSync(join(cwd, "tfm_project.yml"), "name: diff\nprofile: bench\n");
	writeFileSync(
		join(cwd, "profiles.yml"),
		`bench:\n  target: dev\n  outputs:\n    dev: ${output("dev")}\n    prod: ${output("prod")}\n`,
	);
	writeFileSync(join(cwd, "models/big.sql"), "{{ config(materialized='table', unique_key='id') }}\nselect 1 as id\n");
	for (const statement of fill(server, rows))
		run(server.psql, [server.urlOf("diff_bench"), "-qX", "-c", statement], { cwd });
	const differ = COLUMNS.map((c) => `b.${c} is distinct from h.${c}`).join(" or ");
	const each = COLUMNS.map((c) => `count(*) filter (where b.id = h.id and b.${c} is distinct from h.${c})`).join(", ");
	const byHand = `select count(*) filter (where b.id is null), count(*) filter (where h.id is null), count(*) filter (where b.id = h.id and (${differ})), ${each} from prod.big b full join dev.big h on b.id = h.id`;
	const changed = Math.floor(rows / Math.max(1, Math.floor(rows / CHANGED)));
	return {
		subject: {
			args: [TFM, "diff", "big", "--against", "prod", "--output", "json"],
			options: { cwd },
			check: (stdout) => must(JSON.parse(stdout).changed === changed, "the diff counted something else"),
		},
		floors: [
			{
				title: "a full join of the two, by hand",
				command: server.psql,
				args: [server.urlOf("diff_bench"), "-qXAt", "-c", byHand],
				options: { cwd },
				check: (stdout) => must(stdout.startsWith(`0|0|${changed}|`), "the join counted something else"),
			},
		],
		repeats: 3,
	};
}
