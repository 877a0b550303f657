/**
 * The page *Changes* of the docs site, made of what `tfm ci` found: the whole way from a branch to what a reviewer sees
 * in a browser. Needs Chromium, as e2e/docsSite.test.ts; pictures in both themes go to target/screenshots.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveSite } from "../src/docs/docs.ts";
import { newRepository, type Repository } from "./ci/repository.ts";
import { tfm as run } from "./runCase.ts";
import { CHROMIUM, canBrowse, SHOTS } from "./siteBrowser.ts";

describe.skipIf(!canBrowse())("the page of a change", { timeout: 300_000 }, () => {
	let shop: Repository;
	const tfm = (...argv: readonly string[]) => run(argv, shop.root, { ...shop.env, PATH: process.env.PATH ?? "" });

	beforeAll(async () => {
		shop = newRepository();
		expect(await tfm("run-operation", "fill_raw")).toMatchObject({ code: 0 });
		expect(await tfm("run")).toMatchObject({ code: 0 });
		shop.branch("page", {
			"models/staging/stg_orders.sql": (sql) => sql.replace("where amount >=", "where amount >"),
			"models/marts/orders.sql": (sql) => sql.replace("ordered_at::date", "ordered_at::date::text"),
			"models/marts/customers.sql": (sql) => sql.replace("count(*)", "max(ordered_at) as last_order,\n    count(*)"),
		});
		expect(await tfm("ci", "--base", "main", "--target", "dev")).toMatchObject({ code: 1 });
		expect(await tfm("docs", "generate")).toMatchObject({ code: 0 });
	}, 300_000);
	afterAll(() => shop.remove());

	it("says what the comment says: what breaks, which columns and rows, and what could not be built", async () => {
		mkdirSync(SHOTS, { recursive: true });
		const folder = join(shop.root, "target/site");
		const server = await serveSite({ folder, host: "127.0.0.1", port: 0, portMayDiffer: false });
		const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
		try {
			const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
			const problems: string[] = [];
			page.on("pageerror", (error) => problems.push(error.message));
			const requests: string[] = [];
			page.on("request", (request) => requests.push(request.url()));
			for (const colorScheme of ["light", "dark"] as const) {
				await page.emulateMedia({ colorScheme });
				await page.goto("about:blank");
				await page.goto(`${server.url}#/diff`);
				await page.locator(".changes").waitFor();
				await page.locator(".lineage-tab .card").first().waitFor();
				await page.screenshot({ path: join(SHOTS, `diff-of-ci-${colorScheme}.png`), fullPage: true });
			}
			expect(await page.locator("#verdict").textContent()).toMatchInlineSnapshot(
				`"✗failing 1 failure, 1 breaking change, rows of 3 relations differ"`,
			);
			expect((await page.locator(".changes").innerText()).replace(/\s*\n\s*/g, "\n")).toMatchInlineSnapshot(`
				"± orders
				breaking
				✓
				passing
				2/2 tests
				its SQL changed
				20 → 19 rows
				0 added
				1 removed
				0 changed
				by order_id
				ordered_on type date text
				± stg_orders
				risky
				✓
				passing
				2/2 tests
				its SQL changed; it may have other rows
				20 → 19 rows
				0 added
				1 removed
				0 changed
				by order_id
				→ board
				risky
				it shows revenue
				→ revenue
				risky
				it may have other rows; other values in ordered_on
				± customers
				non-breaking
				✓
				passing
				2/2 tests
				its SQL changed
				4 → 4 rows
				0 added
				0 removed
				1 changed
				by customer
				last_order added
				orders values in 1 row"
			`);
			expect(problems).toEqual([]);
			expect(requests.filter((at) => !at.startsWith(server.url) && at !== "about:blank")).toEqual([]);
		} finally {
			await browser.close();
			await server.close();
		}
	});
});
