import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SiteServer, serveSite } from "../src/docs/docs.ts";
import { model, siteSource, writeArtifacts } from "../src/docs/testing/artifacts.ts";
import { writeSite } from "../src/docs/writeSite.ts";
import { APP, CHROMIUM, canBrowse, SHOTS } from "./siteBrowser.ts";

/**
 * Large projects in headless Chromium, and a small one under two fingers. How long it takes is measured by `npm run
 * bench`; here it is used. Chromium is looked for as in docsSite.test.ts.
 */
const possible = canBrowse();

const LAYERS = ["landing", "staging", "transform", "analytics", "reporting"];
const COLUMNS = Object.fromEntries(Array.from({ length: 6 }, (_, c) => [`column_${c}`, { name: `column_${c}` }]));

/** Models in five layers, each of which reads two or three before it. */
function manyModels(count: number): Parameters<typeof writeArtifacts>[1] {
	const near = Math.floor(count / 20);
	return Object.fromEntries(
		Array.from({ length: count }, (_, i) => {
			const parents = i < near ? [] : [i - 1 - ((i * 7919) % (near - 1)), (i * 104_729) % i, i - near];
			const layer = LAYERS[Math.floor((i * LAYERS.length) / count)]!;
			const reads = [...new Set(parents)].slice(0, 2 + (i % 2)).map((parent) => `model.shop.m${parent}`);
			const fields = { fqn: ["shop", layer, `f${i % 100}`, `m${i}`], columns: COLUMNS, depends_on: { nodes: reads } };
			return [`model.shop.m${i}`, model(`m${i}`, fields)];
		}),
	);
}

/** What is used of the browser's canvas. */
interface Canvas {
	readonly width: number;
	readonly height: number;
	getContext(kind: "2d"): {
		getImageData(x: number, y: number, width: number, height: number): { data: { buffer: ArrayBuffer } };
	};
}

describe.skipIf(!possible)("the docs site of large projects, and under fingers", () => {
	const work = mkdtempSync(join(tmpdir(), "docs-large-"));
	let browser: Browser;
	const servers: SiteServer[] = [];
	const problems: string[] = [];
	beforeAll(async () => {
		mkdirSync(SHOTS, { recursive: true });
		browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
	}, 60_000);
	afterAll(async () => {
		await browser?.close();
		for (const server of servers) await server.close();
		rmSync(work, { recursive: true, force: true });
	});
	const serve = async (nodes: Parameters<typeof writeArtifacts>[1], source = {}): Promise<string> => {
		const place = join(work, String(servers.length));
		const target = writeArtifacts(join(place, "target"), nodes);
		await writeSite(siteSource(target, source), join(place, "site"), APP);
		const folder = join(place, "site");
		servers.push(await serveSite({ folder, host: "127.0.0.1", port: 0, portMayDiffer: false }));
		return servers.at(-1)!.url;
	};
	const open = async (url: string, options = {}): Promise<Page> => {
		const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, ...options });
		page.on("pageerror", (error) => problems.push(error.message));
		await page.goto(url);
		await page.locator("main h1").first().waitFor({ state: "attached" });
		return page;
	};

	it.each([1000, 5000, 10_000])(
		"is searched, drawn and walked with %i models",
		async (count) => {
			const url = await serve(manyModels(count));
			const page = await open(`${url}#/graph?view=nodes`);
			await page.locator("canvas[data-drawn]").waitFor();
			await page.screenshot({ path: join(SHOTS, `models-${count}-light.png`) });
			// What was drawn is more than the ground: nodes and edges have colours of their own.
			const colours = await page.locator("canvas").evaluate((element) => {
				const canvas = element as unknown as Canvas;
				const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
				return new Set(new Uint32Array(data.buffer)).size;
			});
			expect(colours).toBeGreaterThan(10);
			await page.keyboard.press("/");
			await page.keyboard.type(`m${count - 1}`);
			await page.locator('[role="option"]').first().waitFor();
			await page.keyboard.press("Enter");
			await expect.poll(() => page.locator("main h1").first().textContent()).toBe(`m${count - 1}`);
			await page.goto(`${url}#/catalog?q=m77`);
			await expect.poll(() => page.locator(".catalog-rows li").count()).toBeGreaterThan(5);
			// A neighbourhood of hundreds is laid out in a thread of its own.
			await page.goto(`${url}#/graph?focus=transform.m${count / 2}&up=9&down=9`);
			await expect.poll(() => page.locator(".card").count()).toBeGreaterThan(200);
			expect(page.workers().length).toBe(1);
			await page.close();
		},
		120_000,
	);

	it("lays a large neighbourhood out in a site that is one file, in a thread whose program is in the page", async () => {
		const nodes = manyModels(1000);
		const place = join(work, "single");
		const target = writeArtifacts(join(place, "target"), nodes);
		await writeSite(siteSource(target, { singleFile: true }), join(place, "site"), APP);
		const page = await open(`file://${place}/site/index.html#/graph?focus=transform.m500&up=9&down=9`);
		await expect.poll(() => page.locator(".card").count()).toBeGreaterThan(200);
		expect(page.workers().length).toBe(1);
		await page.close();
	}, 120_000);

	it("lays it out where the browser allows no thread", async () => {
		const url = await serve(manyModels(1000));
		const page = await browser.newPage();
		await page.route("**/layout.*.js", (route) => route.abort());
		for (const steps of [9, 8]) {
			await page.goto(`${url}#/graph?focus=transform.m500&up=${steps}&down=${steps}`);
			await expect.poll(() => page.locator(".card").count()).toBeGreaterThan(100);
			await expect.poll(() => page.locator(".stepper output").first().textContent()).toBe(String(steps));
		}
		await page.close();
	}, 120_000);

	it("is made larger by two fingers, moved by one, and shows all names of lanes on a phone", async () => {
		const reads = (name: string, parent: string, layer: string) =>
			model(name, { fqn: ["shop", layer, name], depends_on: { nodes: [`model.shop.${parent}`] } });
		const url = await serve({
			"model.shop.a": model("a", { fqn: ["shop", "landing", "a"] }),
			...Object.fromEntries(
				LAYERS.slice(1).map((layer, i) => [`model.shop.${"bcde"[i]}`, reads("bcde"[i]!, "abcd"[i]!, layer)]),
			),
		});
		const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
		const page = await open(`${url}#/graph`, phone);
		await page.locator("canvas[data-drawn]").waitFor();
		await page.screenshot({ path: join(SHOTS, "phone-graph-light.png") });
		const tools = await page.context().newCDPSession(page);
		const { x, y, width, height } = (await page.locator("canvas").boundingBox())!;
		const [midX, midY] = [x + width / 2, y + height / 2];
		const touch = (type: string, ...points: readonly number[]) =>
			tools.send("Input.dispatchTouchEvent", {
				type: type as "touchStart",
				touchPoints: points.map((dx, id) => ({ x: midX + dx, y: midY, id })),
			});
		const scale = () => Number(new URL(page.url().replace("#/", "")).searchParams.get("k"));
		await touch("touchStart", -20, 20);
		for (const apart of [30, 45, 60]) await touch("touchMove", -apart, apart);
		await touch("touchEnd");
		await expect.poll(scale).toBeGreaterThan(0.5);
		const large = scale();
		const left = () => Number(new URL(page.url().replace("#/", "")).searchParams.get("x"));
		const before = left();
		await touch("touchStart", 0);
		for (const far of [-20, -60]) await touch("touchMove", far);
		await touch("touchEnd");
		await expect.poll(left).toBeGreaterThan(before);
		expect(scale()).toBe(large);
		await page.goto(`${url}#/graph?focus=transform.c&up=1&down=1`);
		await page.locator(".card").first().waitFor();
		const transform = () => page.locator(".focus-svg > g").getAttribute("transform");
		const small = await transform();
		await touch("touchStart", -20, 20);
		await touch("touchMove", -60, 60);
		await touch("touchEnd");
		await expect.poll(transform).not.toBe(small);
		await page.close();
	}, 60_000);

	it("draws anew when there is less room, and not when a node is chosen", async () => {
		const page = await open(`${await serve(manyModels(100))}#/graph`);
		const canvas = page.locator("canvas[data-drawn]");
		await canvas.waitFor();
		const sizes = () =>
			canvas.evaluate((element) => {
				const { width, clientWidth } = element as unknown as Canvas & { readonly clientWidth: number };
				return [width, clientWidth] as const;
			});
		const [before] = await sizes();
		await page.keyboard.press("ArrowRight");
		await page.locator(".graph-side h2 a").waitFor();
		expect((await sizes())[0]).toBe(before);
		await page.setViewportSize({ width: 1100, height: 900 });
		await expect.poll(async () => (await sizes())[0]).toBeLessThan(before);
		const [drawn, seen] = await sizes();
		expect(drawn).toBe(seen);
		await page.close();
	}, 60_000);

	it("warns on the first page of rows that a load turned away, and says on the source's page how to see them", async () => {
		const id = "model.shop.orders";
		const results = new Map([[id, { status: "success", failures: null, message: null, ms: 9, at: 1_790_000_000_000 }]]);
		const landed = new Map([[id, { rows: 97, rejects: 3, allRejects: 5 }]]);
		const url = await serve({ [id]: model("orders") }, { results, landed });
		const page = await open(url);
		await expect.poll(() => page.locator("#verdict").textContent()).toContain("Nothing fails, 1 warns");
		expect(await page.locator(".failures").textContent()).toContain("3 rows turned away by the last load");
		await page.goto(`${url}#/m/staging.orders`);
		const trouble = () => page.locator(".trouble").textContent();
		await expect.poll(trouble).toContain("The last load turned away 3 rows of 100.");
		expect(await trouble()).toContain("tfm show --rejects orders");
		await page.close();
	}, 60_000);

	it("raised no error in the browser", () => expect(problems).toEqual([]));
});
