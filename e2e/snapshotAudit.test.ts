import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tfm } from "./runCase.ts";

const TIMES = "strategy='timestamp', updated_at='updated_at'";
const COLUMNS = "strategy='check', check_cols='all'";
const OPEN_END = "dbt_valid_to_current=\"'9999-12-31'::timestamp\"";

/** Each with another way to see changes and deletions. */
const CONFIGS: Readonly<Record<string, string>> = {
	times_ignore: `${TIMES}, unique_key='id'`,
	times_invalidate: `${TIMES}, unique_key='id', hard_deletes='invalidate', ${OPEN_END}`,
	times_new_record: `${TIMES}, unique_key=['id', 'kind'], hard_deletes='new_record'`,
	columns_invalidate: `${COLUMNS}, unique_key=['id', 'kind'], hard_deletes='invalidate'`,
	columns_new_record: `${COLUMNS}, unique_key='id', hard_deletes='new_record', ${OPEN_END}`,
};

const row = fc.record({
	id: fc.constantFrom("1", "2", "3", "4", "5"),
	kind: fc.constantFrom("'a'", "null"),
	value: fc.constantFrom("'x'", "'y'", "null"),
	time: fc.constantFrom("2024-01-01", "2024-02-01", "2024-03-01"),
	note: fc.constantFrom("'n'", "null"),
});
/** One row for each id, and at most one without; with or without a further column. */
const table = fc.record({
	rows: fc.uniqueArray(row, { selector: (r) => r.id, maxLength: 5 }),
	nameless: fc.boolean(),
	noted: fc.boolean(),
});

function insertSql({ rows, nameless, noted }: typeof table extends fc.Arbitrary<infer T> ? T : never): string {
	const all = nameless ? [...rows, { id: "null", kind: "'a'", value: "'x'", time: "2024-01-01", note: "null" }] : rows;
	const values = all.map((r) => `(${r.id}, ${r.kind}, ${r.value}, '${r.time}'${noted ? `, ${r.note}` : ""})`);
	return [
		"drop table if exists raw.things cascade",
		`create table raw.things (id int, kind text, value text, updated_at timestamp${noted ? ", note text" : ""})`,
		...(values.length === 0 ? [] : [`insert into raw.things values ${values.join(", ")}`]),
	].join("; ");
}

describe("what the tests of a snapshot read", () => {
	let root: string;
	const put = (path: string, text: string) => {
		mkdirSync(join(root, path, ".."), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	const names = Object.keys(CONFIGS);

	beforeAll(async () => {
		root = mkdtempSync(join(tmpdir(), "tfm-audit-"));
		put("tfm_project.yml", "name: audit\nlayers: [landing]\nschema_naming: exact\n");
		put("models/raw.yml", "sources:\n  - {name: raw, tables: [{name: things}]}\n");
		put("macros/send.sql", "{% macro send(sql) %}{% do run_query(sql) %}{% endmacro %}\n");
		for (const name of names) {
			const query = "select * from {{ source('raw', 'things') }}";
			put(`snapshots/${name}.sql`, `{% snapshot ${name} %}{{ config(${CONFIGS[name]}) }}${query}{% endsnapshot %}\n`);
			// A test that finds every row, and keeps them: what it was shown.
			const seen = "{{ config(severity='warn', store_failures=true, schema='seen') }}";
			put(`tests/seen_${name}.sql`, `${seen} select * from {{ ref('${name}') }}\n`);
		}
		await command("run-operation", "send", "--args", JSON.stringify({ sql: "create schema raw" }));
	});
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	async function command(...argv: string[]): Promise<string> {
		const { code, stdout, stderr } = await tfm(argv, root);
		expect(code, stdout + stderr).toBe(0);
		return stdout;
	}

	const difference = (name: string, seen: string): string =>
		`select '${name}' as name, (select count(*) from ${seen}) as seen, count(*) as different from (
			(select * from landing.${name} except all select * from ${seen}) union all
			(select * from ${seen} except all select * from landing.${name})) as d`;

	it("is what the snapshot holds after it was published, whatever happened to the rows", async () => {
		const once = async (given: Parameters<typeof insertSql>[0]) => {
			await command("run-operation", "send", "--args", JSON.stringify({ sql: insertSql(given) }));
			await command("run");
			const queries = names.map((name) => difference(name, `seen.seen_${name}`));
			const shown = await command("show", "--output", "json", "--limit", "-1", "--inline", queries.join(" union all "));
			const counts = JSON.parse(shown).show as readonly { name: string; seen: number; different: number }[];
			expect(counts.map(({ name, different }) => [name, Number(different)])).toEqual(names.map((name) => [name, 0]));
			fewest = Math.min(...counts.map(({ seen }) => Number(seen)));
		};
		let fewest = 0;
		// History grows from one table to the next, so what failed cannot be made smaller.
		await fc.assert(fc.asyncProperty(table, once), { numRuns: 6, endOnFailure: true, seed: 20240101 });
		expect(fewest, "each history has grown").toBeGreaterThan(5);
	});
});
