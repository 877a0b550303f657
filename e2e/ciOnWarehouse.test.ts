/** What `tfm ci` says of changes to the reference warehouse: its five pipelines stand, and each branch is built beside them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRepository, type Repository } from "./ci/repository.ts";
import { tfm } from "./runCase.ts";
import { REPOSITORY, WAREHOUSE_FILES } from "./warehouse/warehouseProject.ts";

let warehouse: Repository;
const run = (...argv: readonly string[]) =>
	tfm(argv, warehouse.root, { ...warehouse.env, PATH: process.env.PATH ?? "" });

beforeAll(async () => {
	warehouse = newRepository({ from: REPOSITORY, names: WAREHOUSE_FILES });
	warehouse.write({ "tfm_project.yml": (text) => `${text}\nci: { state: ../states }\n` });
	warehouse.git("commit", "--quiet", "--all", "--message", "States are kept");
	expect(await run("state", "save")).toMatchObject({ code: 0 });
	expect(await run("run")).toMatchObject({ code: 0 });
}, 240_000);
afterAll(() => warehouse.remove());

const JOURNALS = "models/reporting/publications/_publications.yml";
const GERMANY = "rpt_gmail_share_germany.sql";

/** e2e/ci/warehouse/<name>.md is the comment and the exit code. */
const BRANCHES: Readonly<Record<string, Parameters<Repository["branch"]>[1]>> = {
	"comment-only": {
		"models/analytics/listings/anl_city_prices.sql": (sql) =>
			sql.replace("    city,\n    property_type,", "    city, PROPERTY_TYPE, -- flat or house"),
	},
	"column-added": {
		"models/analytics/listings/anl_city_prices.sql": (sql) =>
			sql.replace("count(*) as listings,", "count(*) as listings,\n    count(distinct price_per_m2) as prices,"),
	},
	"column-renamed": {
		"models/analytics/listings/anl_city_prices.sql": (sql) => sql.replace("as median_price_per_m2", "as median_price"),
	},
	"filter-changed": {
		"models/reporting/persons/rpt_top_countries_gmail.sql": (sql) => sql.replace("place <= 3", "place <= 2"),
	},
	"filter-changed-against-a-unit-test": {
		"models/transform/listings/trf_listings.sql": (sql) => sql.replace("place = 1", "place = 1 and area_m2 > 60"),
	},
	"type-narrowed": {
		"models/analytics/publications/anl_drug_journals.sql": (sql) => sql.replaceAll("::integer", "::smallint"),
	},
	"macro-changed": {
		"macros/tagging.sql": (text) => text.replace("'#', 'g')", "'?', 'g')"),
	},
	"seed-changed": {
		"seeds/tagging_rules.csv": (rows) => rows.replace("netflix,subscriptions", "netflix,films"),
	},
	"model-deleted": {
		"models/reporting/publications/rpt_top_journals.sql": null,
		[JOURNALS]: (text) =>
			text
				.replace(/ {2}- name: rpt_top_journals\n[\s\S]*?(?=^ {2}- name: )/m, "")
				.replace(/.*ref\('rpt_top_journals'\)\n/, ""),
	},
	"contract-broken": {
		"models/reporting/transactions/rpt_spend_by_category.sql": (sql) =>
			sql.replace("    payments,", "    payments::integer as payments,"),
		"models/reporting/transactions/_transactions.yml": (text) =>
			text.replace("payments these are.\n        data_type: bigint", "payments these are.\n        data_type: integer"),
	},
	"test-added": {
		"models/analytics/listings/_listings.yml": (text) =>
			text.replace(
				"How many listings there were.\n        data_tests: [",
				"How many listings there were.\n        data_tests: [unique, ",
			),
	},
	"file-moved": {
		[`models/reporting/persons/${GERMANY}`]: null,
		[`models/reporting/persons/germany/${GERMANY}`]: "",
	},
};

describe("tfm ci on the reference warehouse, a branch with", { timeout: 120_000 }, () => {
	it.each(Object.keys(BRANCHES))("%s", async (name) => {
		const moved = warehouse.git("show", `main:models/reporting/persons/${GERMANY}`);
		const files = BRANCHES[name]!;
		warehouse.branch(
			name,
			Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text === "" ? `${moved}\n` : text])),
		);
		const { code, stdout, stderr } = await run("ci", "--base", "main", "--target", "dev");
		expect(stderr).not.toContain("error[");
		await expect(`${stdout}\n[exit ${code}]\n`).toMatchFileSnapshot(`ci/warehouse/${name}.md`);
	});
});
