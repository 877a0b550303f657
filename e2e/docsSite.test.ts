/**
 * The docs site of the warehouse as a person walks it, in a browser.
 *
 * Longer than 500 lines because the site is made and the browser opened once for all of it: that is most of its time.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SiteServer, serveSite } from "../src/docs/docs.ts";
import { model, siteSource, test as testOf, writeArtifacts } from "../src/docs/testing/artifacts.ts";
import { writeSite } from "../src/docs/writeSite.ts";
import { APP, CHROMIUM, canBrowse, ROOT, SHOTS } from "./siteBrowser.ts";

/**
 * The site in headless Chromium, as a person would use it. Needs Chromium on the machine and dist/site; with
 * TFM_REQUIRE_CHROMIUM their absence is a failure. Screenshots of each page in both themes go to target/screenshots.
 */
const possible = canBrowse();

const LAYERS = ["staging", "transform", "reporting"];
const ref = (node: string, column: string) => ({ node: `model.shop.${node}`, column });
const column = (name: string, upstream: readonly object[]) => ({
	name,
	kind: "direct",
	confidence: "resolved",
	upstream,
});
const lineage = (columns: readonly object[]) => ({
	status: "ok",
	complete: true,
	columns,
	indirect: [],
	reads: [],
	rest: [],
	remarks: [],
});
const described = (...names: string[]) =>
	Object.fromEntries(names.map((name) => [name, { name, description: `The ${name}.` }]));
const STRANGE = 'strange "quoted" <script>alert(1)</script> ünïcode';

/** Four models in a row, one test that fails, and a name that tries everything. */
function smallSite(): Parameters<typeof writeArtifacts>[1] {
	const after = (name: string, parent: string, layer: string) =>
		model(name, {
			fqn: ["shop", layer, name],
			description: `About ${name}.`,
			columns: described("id", "amount"),
			depends_on: { nodes: [`model.shop.${parent}`] },
		});
	return {
		"model.shop.stg_payments": model("stg_payments", {
			description: "Payments as they come.",
			columns: described("id", "amount"),
			raw_code: "select id,\n  amount\nfrom {{ source('raw', 'payments') }}",
		}),
		"model.shop.payments": after("payments", "stg_payments", "transform"),
		"model.shop.revenue": after("revenue", "payments", "transform"),
		"model.shop.rpt_revenue": after("rpt_revenue", "revenue", "reporting"),
		[`model.shop.${STRANGE}`]: model(STRANGE, { description: "<img src=x onerror=alert(1)>" }),
		"test.shop.nn.1": testOf("not_null_rpt_revenue_amount", "model.shop.rpt_revenue", { column_name: "amount" }),
	};
}
const LINEAGE = {
	metadata: { schema_version: "tfm.lineage.columns/1" },
	nodes: {
		"model.shop.payments": lineage([column("amount", [ref("stg_payments", "amount")])]),
		"model.shop.revenue": lineage([
			{
				...column("amount", [ref("payments", "amount")]),
				inherited: { unknown: { from: [{ node: "else.where", column: "x" }] } },
			},
		]),
		"model.shop.rpt_revenue": lineage([column("amount", [ref("revenue", "amount")])]),
	},
};

/** A thousand models in layers, each reading up to three before it; a star of 1,000; 300 columns in one. */
function largeSite(): Parameters<typeof writeArtifacts>[1] {
	const count = 1000;
	const nodes: Record<string, ReturnType<typeof model>> = {};
	for (let i = 0; i < count; i++) {
		const layer = LAYERS[Math.floor((i * LAYERS.length) / count)]!;
		const parents = new Set(
			i < 50 ? [] : [i - 1 - ((i * 7919) % 49), ((i * 104_729) % i) >> 1, i % 11 === 0 ? 0 : i - 50],
		);
		nodes[`model.shop.m${i}`] = model(`m${i}`, {
			fqn: ["shop", layer, `f${i % 40}`, `m${i}`],
			depends_on: { nodes: [...parents].map((p) => `model.shop.m${p}`) },
		});
	}
	nodes["model.shop.star"] = model("star");
	for (let i = 0; i < 1000; i++)
		nodes[`model.shop.ray${i}`] = model(`ray${i}`, {
			fqn: ["shop", "reporting", `ray${i}`],
			depends_on: { nodes: ["model.shop.star"] },
		});
	nodes["model.shop.wide"] = model("wide", {
		columns: described(...Array.from({ length: 300 }, (_, i) => `column_${i}`)),
	});
	return nodes;
}

/** Five hundred models, each reading the one before: more columns of a drawing than anybody can see at once. */
const chainSite = (): Parameters<typeof writeArtifacts>[1] =>
	Object.fromEntries(
		Array.from({ length: 500 }, (_, i) => [
			`model.shop.chain${i}`,
			model(`chain${i}`, { depends_on: { nodes: i === 0 ? [] : [`model.shop.chain${i - 1}`] } }),
		]),
	);

const FINDING = {
	severity: "error",
	code: "TFM-SQL-006",
	says: "revenue.amount may hold personal data, which the layer transform forbids",
	hint: "it comes from payments.amount",
	path: "models/revenue.sql",
	line: 1,
} as const;

const result = (status: string, failures: number | null = null) => ({
	status,
	failures,
	message: failures === null ? null : `Got ${failures} results, configured to fail if != 0`,
	ms: 40,
	at: 1_790_000_000_000,
});

describe.skipIf(!possible)("the docs site in a browser", () => {
	const work = mkdtempSync(join(tmpdir(), "docs-site-"));
	let browser: Browser;
	let page: Page;
	const servers: SiteServer[] = [];
	const problems: string[] = [];
	const serve = async (nodes: Parameters<typeof writeArtifacts>[1], options = {}, source = {}): Promise<string> => {
		const site = join(work, `site${servers.length}`);
		const target = writeArtifacts(join(work, `target${servers.length}`), nodes, options);
		await writeSite(siteSource(target, source), site, APP);
		const server = await serveSite({ folder: site, host: "127.0.0.1", port: 0, portMayDiffer: false });
		servers.push(server);
		return server.url;
	};
	const heading = () => page.locator("main h1").first().textContent();
	let url: string;
	beforeAll(async () => {
		mkdirSync(SHOTS, { recursive: true });
		browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
		page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
		page.on("pageerror", (error) => problems.push(error.message));
		const results = new Map([
			...["stg_payments", "payments", "revenue", "rpt_revenue"].map(
				(name) => [`model.shop.${name}`, result("success")] as const,
			),
			["test.shop.nn.1", result("fail", 3)],
		]);
		const runs = [
			{
				id: "run-1",
				command: "build",
				args: "tfm build",
				status: "failed",
				startedAt: 1_790_000_000_000,
				ms: 160,
				nodes: ["stg_payments", "payments", "revenue", "rpt_revenue"].map((name, i) => ({
					node: `model.shop.${name}`,
					status: "success",
					startedAt: 1_790_000_000_000 + 40 * i,
					ms: 40,
					rows: 7,
					thread: "",
				})),
				tests: [0, 0, 1],
				dimensions: { completeness: [0, 1] },
				failing: [["test.shop.nn.1", "fail", 3]],
			},
		];
		url = await serve(
			smallSite(),
			{
				files: {
					"lineage.columns.json": LINEAGE,
					"diff.json": {
						metadata: { schema_version: "tfm.diff/1" },
						base: { name: "main", commit: "77fe021" },
						head: { name: "#482", url: "https://example.org/pull/482" },
						findings: [{ severity: "error", says: "amount became text", node: "model.shop.revenue" }],
						nodes: [
							{
								id: "model.shop.revenue",
								change: "modified",
								category: "breaking",
								reasons: ["its SQL changed"],
								columns: [{ name: "amount", change: "type", before: "numeric", after: "text", rows: 412 }],
								rows: { base: 100, now: 103, added: 3, removed: 0, changed: 412, key: ["id"] },
							},
							{ id: "model.shop.gone", change: "removed", category: "breaking" },
						],
					},
				},
				manifest: {
					docs: { "doc.shop.amount": { name: "amount", package_name: "shop", block_contents: "Money, **gross**." } },
				},
			},
			{ results, runs, findings: new Map([["model.shop.revenue", [FINDING]]]) },
		);
	}, 120_000);
	afterAll(async () => {
		await browser?.close();
		for (const server of servers) await server.close();
		rmSync(work, { recursive: true, force: true });
	});
	const open = async (hash: string, at = url): Promise<void> => {
		await page.goto("about:blank");
		await page.goto(at + hash);
		await page.locator("main h1").first().waitFor({ state: "attached" });
	};

	it("is searched, walked, and followed along a column for three hops", async () => {
		await open("");
		await page.keyboard.press("/");
		await page.keyboard.type("rpt_rev");
		await page.locator('[role="option"]').first().waitFor();
		await page.keyboard.press("Enter");
		await expect.poll(heading).toBe("rpt_revenue");
		for (const name of ["revenue", "payments", "stg_payments"]) {
			const chip = page.locator(".chip", { hasText: `${name}.amount` }).first();
			await chip.click();
			await expect.poll(heading).toBe(name);
			await expect.poll(() => page.locator("li.open .column-name button").textContent()).toBe("amount");
			if (name === "revenue") {
				expect(await page.locator(".findings").textContent()).toContain(FINDING.says);
				expect(await page.locator(".mark.pii").textContent()).toBe("may be personal");
			}
		}
		await expect.poll(() => page.title()).toBe("stg_payments · shop");
		await open("#/quality");
		await expect.poll(() => page.title()).toBe("Quality · shop");
		await open("");
		await expect.poll(() => page.title()).toBe("shop · docs");
		await open("#/graph?focus=reporting.rpt_revenue&col=amount");
		await expect.poll(() => page.locator(".edge.column").count()).toBe(3);
	});

	it("opens the failing test from the first page, with its SQL and how to see the rows", async () => {
		await open("");
		await expect.poll(() => page.locator("#verdict").textContent()).toContain("1 test fails");
		await page.locator(".failures .why a", { hasText: "not null: amount" }).click();
		await expect
			.poll(() => page.locator(".test-body").textContent())
			.toContain("tfm show --failures not_null_rpt_revenue_amount");
		expect(await page.locator(".tests").textContent()).toContain("3 rows");
		await expect.poll(() => page.locator(".test-body .token.keyword").count()).toBeGreaterThan(0);
	});

	it("filters the graph, and a copied link shows the same again", async () => {
		await open("#/graph");
		await page.locator(".selector input").fill("+revenue");
		await expect.poll(() => page.locator(".graph-bar .found").textContent()).toContain("3 nodes");
		await page.locator(".selector input").fill("+revenue,tag:gold tag:blue");
		await expect
			.poll(() => page.locator(".graph-bar .found").textContent())
			.toContain("0 nodes: nothing is tag:gold or tag:blue");
		await page.locator(".selector input").fill("payments,stg_payments");
		await expect
			.poll(() => page.locator(".graph-bar .found").textContent())
			.toContain("0 nodes: none is in all of them");
		await page.locator(".selector input").fill("+revenue");
		await page.getByRole("button", { name: "Coverage" }).click();
		// The address follows in a pause.
		await expect.poll(() => page.url()).toContain("lens=coverage");
		await expect.poll(() => page.url()).toContain("sel=%2Brevenue");
		const link = page.url();
		await page.goto("about:blank");
		await page.goto(link);
		await expect.poll(() => page.locator(".selector input").inputValue()).toBe("+revenue");
		await expect.poll(() => page.getByRole("button", { name: "Coverage", pressed: true }).count()).toBe(1);
	});

	it("is used with keys alone", async () => {
		await open("");
		await page.keyboard.press("g");
		await page.keyboard.press("o");
		await page.locator("canvas").waitFor();
		await page.keyboard.press("/");
		await page.keyboard.type("stg_pay");
		await page.locator('[role="option"]').first().waitFor();
		await page.keyboard.press("Enter");
		await expect.poll(heading).toBe("stg_payments");
		await open("#/graph?focus=staging.nope");
		await expect.poll(() => page.locator(".graph-bar .found").textContent()).toContain("no node staging.nope");
		await page.locator("canvas[data-drawn]").waitFor();
		await page.keyboard.press("ArrowRight");
		await expect.poll(() => page.locator(".graph-stage [role=status]").textContent()).toContain(", staging, ");
		// The same as a tree, which Tab reaches before the drawing: lanes, then their nodes.
		const tree = page.getByRole("tree");
		await tree.focus();
		const here = async () =>
			page.locator(`[id="${await tree.getAttribute("aria-activedescendant")}"]`).getAttribute("aria-label");
		await page.keyboard.press("ArrowLeft");
		await expect.poll(here).toBe("staging, 2 nodes");
		await page.keyboard.press("ArrowDown");
		await expect.poll(here).toBe("transform, 2 nodes");
		await page.keyboard.press("ArrowRight");
		await expect.poll(here).toBe("payments, built, reads 1, read by 1");
		await page.keyboard.press("ArrowDown");
		await expect.poll(here).toBe("revenue, built, reads 1, read by 1");
		expect(await tree.locator('[aria-selected="true"]').isVisible()).toBe(true);
		await page.keyboard.press("Enter");
		await expect.poll(() => page.locator(".graph-side h2").textContent()).toBe("revenue");
		expect(page.url()).toContain("focus=transform.revenue");
		// It is the tree of the neighbourhood then, and the way back leads to where it was left.
		await expect.poll(() => tree.getAttribute("aria-label")).toBe("3 nodes by folder");
		await expect.poll(here).toBe("revenue, built, reads 1, read by 1");
		await page.keyboard.press("ArrowLeft");
		await page.keyboard.press("ArrowDown");
		await expect.poll(here).toBe("reporting, 1 node");
		await page.goBack();
		await expect.poll(() => tree.getAttribute("aria-label")).toBe("5 nodes by folder");
		await expect.poll(here).toBe("revenue, built, reads 1, read by 1");
		expect(await page.evaluate("document.activeElement.role")).toBe("tree");
		await open("#/graph?focus=staging.stg_payments");
		await page.keyboard.press("ArrowRight");
		await expect.poll(() => page.locator(".graph-side h2").textContent()).toBe("payments");
		await page.keyboard.press("Escape");
		await page.locator("canvas").waitFor();
		await page.keyboard.press("?");
		await page.locator("dialog[open]").waitFor();
		await page.goBack();
		await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);
		await page.keyboard.press("?");
		await page.locator("dialog[open]").waitFor();
		await page.keyboard.press("Escape");
		await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);
	});

	it("shows with the shift key what lies between two nodes, in a neighbourhood and on the whole drawing", async () => {
		await open("#/graph?focus=transform.revenue&up=2&down=2");
		const card = (name: string) => page.locator(".card", { hasText: name }).locator("[data-act]").first();
		await card("stg_payments").click();
		await expect.poll(() => page.locator(".graph-side h2").textContent()).toBe("stg_payments");
		await card("revenue")
			.first()
			.click({ modifiers: ["Shift"] });
		await expect.poll(() => page.url()).toContain("path=staging.stg_payments%2Ctransform.revenue");
		await expect.poll(() => page.locator(".card").count()).toBe(3);
		await page.goBack();
		await expect.poll(() => page.locator(".card").count()).toBe(4);
		// On the canvas places are known from the data: the view is the whole at a known scale.
		const places = (await page.evaluate(`(async () => {
			const { graph } = JSON.parse(document.getElementById("index").textContent);
			const { nodes } = await (await fetch(graph)).json();
			return Object.fromEntries(nodes.name.map((name, i) => [name, [nodes.x[i], nodes.y[i]]]));
		})()`)) as Record<string, [number, number]>;
		await open("#/graph?x=-100&y=-100&k=0.5");
		await page.locator("canvas[data-drawn]").waitFor();
		const click = (name: string, modifiers: "Shift"[] = []) => {
			const [x, y] = places[name]!;
			return page.locator("canvas").click({ position: { x: (x + 140) / 2, y: (y + 112) / 2 }, modifiers });
		};
		await click("payments");
		await expect.poll(() => page.locator(".graph-side h2").textContent()).toBe("payments");
		await click("rpt_revenue", ["Shift"]);
		await expect.poll(() => page.url()).toContain("path=transform.payments%2Creporting.rpt_revenue");
		await expect.poll(() => page.locator(".card").count()).toBe(3);
	});

	it("keeps the order that was chosen while words are searched, and shows a run as a table", async () => {
		const names = () => page.locator(".catalog-rows .node-link").allTextContents();
		await open("#/catalog?q=revenue&sort=name");
		await expect.poll(names).toEqual(["revenue", "rpt_revenue"]);
		await open("#/catalog?q=amount&sort=tests");
		await expect.poll(names).toEqual(["rpt_revenue", "payments", "revenue", "stg_payments"]);
		await open("#/run/run-1?view=table");
		await expect.poll(() => page.locator("tbody tr").count()).toBe(4);
		expect(await page.locator("tbody tr").first().textContent()).toMatch(/stg_payments.*staging.*7.*40.ms/);
	});

	it("colours the drawing by what a change does and by the path that decided how long a run took", async () => {
		const legend = () => page.locator(".legend").textContent();
		await open("#/graph?lens=changed");
		await expect.poll(legend).toBe("as before 4breaking 1");
		await page.getByRole("button", { name: "Critical path" }).click();
		await expect.poll(legend).toBe("decided how long the last run took 4not on it 1");
		await open("#/m/transform.revenue");
		expect(await page.locator(".title-row button").getAttribute("title")).toBe("{{ ref('revenue') }}");
	});

	it("expands a node and follows a column by a key, and colours the exported picture as the lens does", async () => {
		await open("#/graph?focus=staging.stg_payments&node=transform.payments");
		await expect.poll(() => page.locator(".card").count()).toBe(2);
		await page.locator(".graph-side h2", { hasText: "payments" }).waitFor();
		await page.keyboard.press("e");
		await expect.poll(() => page.locator(".card").count()).toBe(3);
		await expect.poll(() => page.url()).toContain("expand=transform.payments");
		await page.keyboard.press("c");
		await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("SELECT");
		await page.locator(".graph-side select").selectOption("amount");
		await expect.poll(() => page.locator(".edge.column").count()).toBe(3);
	});

	it("stands below a path of a web server, where a link shows the same view again and a set is saved as CSV", async () => {
		await page.route(`${url}team/docs/**`, async (route) => {
			// No such server tells of a new site.
			if (route.request().url().endsWith("/_live")) return route.abort();
			const response = await route.fetch({ url: route.request().url().replace("team/docs/", "") });
			await route.fulfill({ response });
		});
		const drawn = () => page.locator("canvas[data-drawn]").waitFor();
		await open("team/docs/#/graph?sel=layer:transform");
		await drawn();
		await page.keyboard.press("-");
		await expect.poll(() => page.url()).toContain("&k=");
		const link = page.url();
		await open(link, "");
		await drawn();
		expect(page.url()).toBe(link);
		await page.locator(".menu").evaluate((menu) => menu.setAttribute("open", ""));
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			page.locator(".menu button", { hasText: "CSV" }).click(),
		]);
		const rows = readFileSync(await download.path(), "utf8")
			.trim()
			.split("\n")
			.slice(1)
			.sort();
		expect(rows.map((row) => row.split(",").slice(0, 3).join())).toEqual([
			"payments,transform,model",
			"revenue,transform,model",
		]);
		await page.locator(".graph-side a", { hasText: "payments" }).click();
		await expect.poll(() => page.locator(".graph-side h2").textContent()).toBe("payments");
		await page.goBack();
		await drawn();
		expect(page.url()).toBe(link);
		await page.goForward();
		await expect.poll(() => page.locator(".card").count()).toBe(3);
		await page.unrouteAll({ behavior: "wait" });
	});

	it("tells the page around its frame what is chosen, and is told by it", async () => {
		const around = `${url}around`;
		const html = `<script>told=[];onmessage=(e)=>told.push(e.data)</script>
			<iframe width="1200" height="800" src="${url}#/embed/graph?focus=transform.payments&chrome=0"></iframe>`;
		await page.route(around, (route) => route.fulfill({ contentType: "text/html", body: html }));
		await page.goto(around);
		const told = () => page.evaluate("told.map(({ type, id }) => [type, id].join(' '))");
		await expect.poll(told).toEqual(["tfm:select model.shop.payments"]);
		const frame = page.frameLocator("iframe");
		expect(await frame.locator(".sidebar").count()).toBe(0);
		await frame.locator(".card", { hasText: "revenue" }).locator("[data-act]").first().click();
		await expect.poll(told).toContain("tfm:select model.shop.revenue");
		const tell = (id: string) => page.evaluate(`frames[0].postMessage({ type: "tfm:select", id: "${id}" }, "*")`);
		await tell("model.shop.nobody");
		await tell("model.shop.stg_payments");
		await expect.poll(() => frame.locator(".graph-side h2").textContent()).toBe("stg_payments");
	});

	it("shows strange names and markup as text, and runs none of it", async () => {
		await open(`#/m/${encodeURIComponent(`staging.${STRANGE}`)}`);
		await expect.poll(heading).toBe(STRANGE);
		expect(await page.locator(".prose").first().textContent()).toContain("<img src=x");
		expect(await page.locator("main img").count()).toBe(0);
	});

	it("has no serious fault for people who cannot see or use a mouse (axe), in both themes", async () => {
		const axe = readFileSync(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");
		const pages = {
			home: "",
			catalog: "#/catalog",
			model: "#/m/reporting.rpt_revenue",
			sql: "#/m/staging.stg_payments?tab=sql",
			tests: "#/m/reporting.rpt_revenue?tab=tests&test=test.shop.nn.1",
			runs: "#/m/reporting.rpt_revenue?tab=runs",
			graph: "#/graph?node=transform.revenue",
			focus: "#/graph?focus=transform.revenue&up=2&down=2",
			run: "#/run/run-1",
			quality: "#/quality",
			glossary: "#/glossary",
			diff: "#/diff",
		};
		const found: string[] = [];
		for (const theme of ["light", "dark"] as const) {
			await page.emulateMedia({ colorScheme: theme });
			for (const [name, hash] of Object.entries(pages)) {
				await open(hash);
				await page.locator(".loading").waitFor({ state: "detached" });
				await page.screenshot({ path: join(SHOTS, `${name}-${theme}.png`) });
				await page.evaluate(axe);
				const faults = await page.evaluate(async () => {
					const run = (
						globalThis as unknown as {
							axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
						}
					).axe.run();
					return (await run).violations.map(({ id, impact, nodes }) => ({
						id,
						impact,
						html: nodes.slice(0, 2).map(({ html }) => html.slice(0, 160)),
					}));
				});
				for (const { id, impact, html } of faults)
					if (impact === "serious" || impact === "critical") found.push(`${theme} ${name}: ${id} ${html.join(" | ")}`);
			}
		}
		expect(found).toEqual([]);
	}, 180_000);

	it("is usable with 2,000 nodes, which are first seen as folders, a star of 1,000 and 300 columns", async () => {
		const at = await serve(largeSite());
		await open("#/graph", at);
		await expect.poll(() => page.locator(".block").count()).toBeGreaterThan(60);
		await page.screenshot({ path: join(SHOTS, "folders-light.png") });
		await page.locator('.block[aria-label="staging/f3: 9 nodes"]').focus();
		await page.keyboard.press("Enter");
		await expect.poll(() => page.locator(".graph-bar .found").textContent()).toContain("9 nodes");
		await page.locator("canvas[data-drawn]").waitFor();
		await open("#/graph?focus=staging.star&down=1", at);
		await expect.poll(() => page.locator(".card").count()).toBe(14);
		await page.locator(".pile").click();
		await expect.poll(() => page.locator(".card").count()).toBeGreaterThan(100);
		await open("#/m/staging.wide", at);
		await expect.poll(() => page.locator(".columns > li").count()).toBe(300);
		await open("#/catalog?q=ray99", at);
		await expect.poll(() => page.locator(".found").textContent()).toContain("11 of");
	}, 120_000);

	it("draws of a chain of 500 what was chosen, never all of it", async () => {
		const at = await serve(chainSite());
		await open("#/graph?view=nodes", at);
		await page.locator(".block").waitFor();
		expect(await page.locator("canvas").count()).toBe(0);
		await open("#/graph?sel=2%2Bchain250%2B2", at);
		await page.locator("canvas[data-drawn]").waitFor();
		await open("#/graph?focus=staging.chain250&up=99&down=99", at);
		await expect.poll(() => page.locator(".card").count()).toBe(199);
	}, 120_000);

	it("exports what is seen as a picture, a table and a text, strange names in them as names", async () => {
		await open(`#/graph?focus=${encodeURIComponent(`staging.${STRANGE}`)}`);
		const saved = async (name: string): Promise<Buffer> => {
			await page.locator(".menu").evaluate((menu) => menu.setAttribute("open", ""));
			const [download] = await Promise.all([
				page.waitForEvent("download"),
				page.locator(".menu button", { hasText: new RegExp(`^${name}`) }).click(),
			]);
			return readFileSync(await download.path());
		};
		expect([...(await saved("PNG")).subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
		const texts = [await saved("SVG"), await saved("Mermaid"), await saved("CSV")].map(String);
		expect(texts[0]).toContain("ünïcode</text>");
		for (const text of texts.slice(0, 2)) expect(text).not.toContain("<script>");
		expect(texts[2]).toContain('"strange ""quoted"" <script>alert(1)</script> ünïcode",staging,model');
	}, 60_000);

	it("tells the reviewer of a change what breaks, which rows, and what is behind it", async () => {
		await open("#/diff");
		await expect
			.poll(() => page.locator("#verdict").textContent())
			.toContain("1 failure, 2 breaking changes, rows of 1 relation differ");
		const changes = await page.locator(".changes").textContent();
		for (const words of ["its SQL changed", "100 → 103 rows", "3 added", "numerictext", "gone"])
			expect(changes?.replace(/numeric\s+text/, "numerictext")).toContain(words);
		expect(await page.locator(".lineage-tab .card").count()).toBe(2);
		expect(await page.locator('.lead a[href="https://example.org/pull/482"]').count()).toBe(1);
	});

	it("loads again by itself when the site is made anew", async () => {
		const name = servers.length;
		const listening = page.waitForResponse((response) => response.url().endsWith("/_live"), { timeout: 60_000 });
		const at = await serve({ "model.shop.a": model("a", { description: "Before." }) });
		await open("#/m/staging.a", at);
		await listening;
		await expect.poll(() => page.locator(".lead").textContent()).toBe("Before.");
		const target = writeArtifacts(join(work, `target${name}`), {
			"model.shop.a": model("a", { description: "After." }),
		});
		await writeSite(siteSource(target), join(work, `site${name}`), APP);
		await page.locator(".lead", { hasText: "After." }).waitFor({ timeout: 60_000 });
	}, 120_000);

	it("raised no error in the browser", () => expect(problems).toEqual([]));
});
