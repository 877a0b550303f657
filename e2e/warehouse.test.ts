import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Called, tfm } from "./runCase.ts";
import { personAnswers } from "./warehousePersons.ts";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));
const expected = personAnswers(join(REPOSITORY, "data"));

describe("the reference warehouse on the embedded database", () => {
	const root = mkdtempSync(join(tmpdir(), "tfm-warehouse-"));
	let first: Called;

	beforeAll(async () => {
		for (const part of ["tfm_project.yml", "models", "seeds", "macros", "tests", "data"])
			cpSync(join(REPOSITORY, part), join(root, part), { recursive: true });
		first = await tfm(["run"], root);
	});
	afterAll(() => rmSync(root, { recursive: true, force: true }));

	const rows = async (sql: string) => {
		const shown = await tfm(["show", "--inline", sql, "--limit", "-1", "--output", "json", "-q"], root);
		expect(shown.stderr).toBe("");
		return (JSON.parse(shown.stdout) as { show: Record<string, unknown>[] }).show;
	};

	it("runs all five layers in one command, with every test passing", () => {
		expect(first.stderr).not.toContain("error");
		expect({ code: first.code, failed: /failed|GATE CLOSED/.test(first.stdout) }, first.stdout).toEqual({
			code: 0,
			failed: false,
		});
	});

	it("lands every record of every page, duplicates too", async () => {
		expect(await rows("select count(*)::int as n from {{ source('raw', 'persons') }}")).toEqual([
			{ n: expected.landed },
		]);
	});

	it("reports the share of Gmail users in Germany", async () => {
		const [row] = await rows(
			"select persons::int, gmail_users::int, gmail_share::float8 from {{ ref('rpt_gmail_share_germany') }}",
		);
		expect(row).toEqual(expected.germany);
	});

	it("reports the top three countries with ties", async () => {
		const top = await rows(
			"select place::int, country, gmail_users::int from {{ ref('rpt_top_countries_gmail') }} order by place, country",
		);
		expect(top).toEqual(expected.top);
	});

	it("reports how many Gmail users are older than 60", async () => {
		expect(await rows("select gmail_users_over_60::int as n from {{ ref('rpt_gmail_users_over_60') }}")).toEqual([
			{ n: expected.over60 },
		]);
	});

	it("keeps every rejected person with a reason", async () => {
		expect(expected.rejected).toBeGreaterThan(3);
		expect(
			await rows(
				"select count(*)::int as n, count(reject_reason)::int as reasons from {{ ref('stg_persons__rejects') }}",
			),
		).toEqual([{ n: expected.rejected, reasons: expected.rejected }]);
	});

	it("loads no file twice and gives the same answers when run again", async () => {
		const again = await tfm(["run"], root);
		expect(again.code, again.stdout).toBe(0);
		expect(await rows("select count(*)::int as n from {{ source('raw', 'persons') }}")).toEqual([
			{ n: expected.landed },
		]);
		expect(await rows("select gmail_users_over_60::int as n from {{ ref('rpt_gmail_users_over_60') }}")).toEqual([
			{ n: expected.over60 },
		]);
	});
});
