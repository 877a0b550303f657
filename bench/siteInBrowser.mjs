/**
 * The site in headless Chromium, where there is one: until the whole project is drawn, what a key costs in the catalog's
 * filter and in the drawing, and the memory of the page. Keys are told in processor time of the page's thread, which a
 * busy machine changes least, beside that of a frame in which nothing is typed; the drawing in what a reader waits.
 */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { median } from "./measure.mjs";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };
const KEYS = ["m", "m9", "m99", "m999", "column_7", "m12 col", "c", "co", "col", "colu"];

const ARROWS = ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"];

/**
 * {openMs, openCpuMs, frameMs, keyMs, worstKeyMs, arrowMs, worstArrowMs, memoryMb}, medians of `rounds`; null without a
 * browser. `frameMs` is the frame without a key, asked for in the same way, and is part of each key's time.
 */
export async function siteInBrowser(folder, rounds) {
	if (CHROMIUM === undefined) return null;
	const { chromium } = await import("playwright-core");
	const server = createServer(({ url }, response) => {
		const path = url === "/" ? "index.html" : url.split("?")[0];
		if (!existsSync(join(folder, path))) return response.writeHead(404).end();
		response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" });
		response.end(readFileSync(join(folder, path)));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const url = `http://127.0.0.1:${server.address().port}/`;
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
	try {
		const all = [];
		for (let round = 0; round < rounds; round++) all.push(await measureOnce(browser, url));
		const of = (name) => median(all.map((each) => each[name]));
		return Object.fromEntries(Object.keys(all[0]).map((name) => [name, of(name)]));
	} finally {
		await browser.close();
		server.closeAllConnections();
		server.close();
	}
}

async function measureOnce(browser, url) {
	const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
	const tools = await page.context().newCDPSession(page);
	await tools.send("Performance.enable", { timeDomain: "threadTicks" });
	const metrics = async () =>
		Object.fromEntries((await tools.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
	const before = await metrics();
	await page.goto(`${url}#/graph?view=nodes`);
	await page.locator("[data-drawn]").first().waitFor();
	const openMs = await page.evaluate(() => performance.now());
	const openCpuMs = ((await metrics()).TaskDuration - before.TaskDuration) * 1000;
	const frame = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
	const timed = async (act) => {
		const start = await metrics();
		await act();
		await frame();
		return ((await metrics()).TaskDuration - start.TaskDuration) * 1000;
	};
	/** The first of a page also pays for the tool that asks. */
	const quietFrame = async () => {
		const frames = [];
		for (let i = 0; i < 5; i++) frames.push(await timed(() => page.evaluate(() => document.title)));
		return median(frames.slice(1));
	};
	await quietFrame();
	const arrows = [];
	for (const key of ARROWS) {
		arrows.push(await timed(() => page.keyboard.press(key)));
		// The panel beside the drawing fetches its node.
		await page.waitForLoadState("networkidle");
	}
	await page.goto("about:blank");
	await page.goto(`${url}#/catalog`);
	await page.locator(".catalog-rows li").first().waitFor();
	await page.waitForLoadState("networkidle");
	const frameMs = await quietFrame();
	const keys = [];
	for (const text of KEYS)
		keys.push(
			await timed(() =>
				page.evaluate((value) => {
					const input = document.querySelector(".filters input");
					input.value = value;
					input.dispatchEvent(new Event("input", { bubbles: true }));
				}, text),
			),
		);
	const memoryMb = (await metrics()).JSHeapUsedSize / 1e6;
	await page.close();
	const [keyMs, arrowMs] = [keys, arrows].map(median);
	const [worstKeyMs, worstArrowMs] = [keys, arrows].map((times) => Math.max(...times));
	return { openMs, openCpuMs, frameMs, keyMs, worstKeyMs, arrowMs, worstArrowMs, memoryMb };
}

/** Bytes of all scripts and styles that a reader may have to fetch, packed by brotli. */
export function programSize(folder) {
	const { scripts, styles } = JSON.parse(readFileSync(join(folder, "files.json"), "utf8"));
	return [...scripts, ...styles].reduce(
		(sum, name) => sum + brotliCompressSync(readFileSync(join(folder, name))).length,
		0,
	);
}
