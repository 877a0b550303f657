import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tfm } from "../runCase.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

const SOURCE = (more = "") => `
sources:
  - name: raw
    schema: landing
    tables:
      - name: orders
        load:
          files: data/*.csv
          mode: merge
          keys: [id, day]
          on_change: reload
          ${more}
          columns: [{ name: id, type: integer }, { name: day, type: date }, { name: amount, type: numeric }, { name: doc, type: json }]
`;
const FILES = {
	"tfm_project.yml": "name: shop\nprofile: shop\nlayers: [landing]\nschema_naming: exact\n",
	"models/landing/sources.yml": SOURCE(),
};
const csv = (...rows: readonly string[]): string => `id,day,amount,doc\n${rows.join("\n")}\n`;

/** Files that come, come late, change, lose keys and gain others; each round is one load. */
const ROUNDS: readonly Readonly<Record<string, string>>[] = [
	{
		2: csv("1,2026-01-01,12,", "2,2026-01-01,22,", "2,2026-01-01,23,{}", "3,2026-01-01,32,", "x,2026-01-01,0,"),
		4: csv("1,2026-01-01,14,", "3,2026-01-02,34,", ",2026-01-02,1,"),
	},
	{ 1: csv("2,2026-01-01,21,", "3,2026-01-01,31,", "4,2026-01-01,41,[1]"), 3: csv("1,2026-01-01,13,") },
	{ 2: csv("1,2026-01-01,12.5,", "2,2026-01-01,22,", "3,2026-01-01,32,", "x,2026-01-01,0,") },
	{ 4: csv("5,2026-01-01,54,") },
	{ 3: csv("9,2026-01-01,93,") },
];

/** The same project on the embedded database. */
function embeddedProject() {
	const root = mkdtempSync(join(tmpdir(), "tfm-embedded-"));
	const write = (files: Readonly<Record<string, string>>): void => {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			writeFileSync(join(root, path), text);
		}
	};
	write({
		...FILES,
		"profiles.yml": "shop: {target: dev, outputs: {dev: {type: pglite, path: .tfm/db, schema: dev}}}",
	});
	const call = (command: readonly string[]) => tfm(command, root);
	return { write, call, remove: () => rmSync(root, { recursive: true, force: true }) };
}

interface Project {
	readonly call: (command: readonly string[]) => ReturnType<typeof tfm>;
}

/** What landed, but for the time, as texts: engines print numbers each in its own way. */
async function landed({ call }: Project): Promise<readonly string[]> {
	const orders =
		"select 'row' as kind, id, day, cast(amount as float) as amount, doc is null as empty, _tfm_file as file, _tfm_row as number, null as reason from landing.orders";
	const rejects = "select 'reject', null, null, null, null, _tfm_file, _tfm_row, reason from landing.orders__rejects";
	const { stdout, stderr } = await call([
		...["show", "--inline", `${orders} union all ${rejects}`],
		...["--limit", "-1", "--output", "json", "-q"],
	]);
	expect(stderr).toBe("");
	const { show } = JSON.parse(stdout) as { show: readonly object[] };
	return show.map((row) => Object.values(row).map(String).join("|")).sort();
}

describe("loads that merge, on the local protocol server", { timeout: 240_000 }, () => {
	let shop: ProjectOnSnowflake;
	let there: Project;
	let here: ReturnType<typeof embeddedProject>;
	beforeEach(async () => {
		shop = await projectOnSnowflake(FILES);
		shop.writeProfile();
		there = { call: (command) => tfm(command, shop.root) };
		here = embeddedProject();
	});
	afterEach(async () => {
		await shop.stop();
		here.remove();
	});
	const put = (files: Readonly<Record<string, string>>): void => {
		for (const [name, text] of Object.entries(files))
			for (const { write } of [shop, here]) write({ [`data/${name}.csv`]: text });
	};

	test("of each key the row stays that is last by file, with the rejects and the ledger of Postgres", async () => {
		let last: readonly string[] = [];
		for (const files of ROUNDS) {
			put(files);
			for (const { call } of [there, here]) {
				const ran = await call(["run"]);
				expect([ran.code, ran.stderr], ran.stdout).toEqual([0, ""]);
			}
			last = await landed(there);
			expect(last).toEqual(await landed(here));
		}
		expect(last).toEqual([
			'reject|null|null|null|null|data/2.csv|4|id: "x" is not a whole number of 32 bits',
			"row|1|2026-01-01|12.5|true|data/2.csv|1|null",
			"row|2|2026-01-01|22|true|data/2.csv|2|null",
			"row|3|2026-01-01|32|true|data/2.csv|3|null",
			"row|4|2026-01-01|41|false|data/1.csv|3|null",
			"row|5|2026-01-01|54|true|data/4.csv|1|null",
			"row|9|2026-01-01|93|true|data/3.csv|1|null",
		]);

		// What fails leaves the rows, the rejects and the ledger of before.
		shop.write({ "models/landing/sources.yml": SOURCE("max_rejects: 1") });
		put({ 5: csv("1,2026-01-01,99,", "y,2026-01-01,0,", "z,2026-01-01,0,") });
		const failed = await there.call(["run"]);
		expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("TFM-LOAD-022")]);
		expect(await landed(there)).toEqual(last);
		expect(await shop.rows("select path from tfm_state.loaded_files order by path")).toEqual(
			[1, 2, 3, 4].map((n) => [`data/${n}.csv`]),
		);
	});

	test("the rows go up by PUT and COPY into a temporary table, and from there by MERGE in the load's transaction", async () => {
		put({ 1: ROUNDS[0]![2]! });
		expect((await there.call(["run"])).code).toBe(0);
		const sent = shop.local.server.statements().map(({ sql }) => sql.replace(/\s+/g, " "));
		const from = sent.findIndex((sql) => /create or replace temporary table/.test(sql));
		const until = sent.findIndex((sql, i) => i > from && sql === "commit");
		const verbs = sent
			.slice(from, until + 1)
			.map((sql) => /^(?:create or replace temporary table|copy into|merge into|\w+)/.exec(sql)?.[0]);
		expect(verbs.filter((verb) => verb !== "describe")).toEqual([
			...["create or replace temporary table", "create or replace temporary table"],
			// A table that is new is emptied of files that were in one of its name.
			...["begin", "delete", "delete", "delete"],
			// The rows, then the rejects.
			...["put", "copy into", "put", "copy into"],
			...["merge into", "delete"],
			// The ledger of files.
			...["merge into", "update", "commit"],
		]);
	});
});
