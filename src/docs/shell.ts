import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { appFiles } from "./appFiles.ts";
import type { SiteIndex } from "./siteData.ts";

/** Runs before the first paint, so that a dark page is never white for a moment. */
const THEME =
	'try{var t=localStorage.getItem("tfm-theme")}catch(e){}document.documentElement.dataset.theme=t==="dark"||t==="light"?t:matchMedia("(prefers-color-scheme:dark)").matches?"dark":"light"';

/** A browser runs no program of a folder on the disk: only what stands in the page itself can say so. */
const FROM_DISK =
	'if(location.protocol==="file:")document.getElementById("app").textContent="A site in a folder is opened through a web server: tfm docs serve. One that opens from the disk: tfm docs generate --single-file."';

/** The most that one file may hold. */
export const SINGLE_FILE_LIMIT = 20_000_000;

const escapeHtml = (text: string): string =>
	text.replace(/[&<>"]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : c === ">" ? "&gt;" : "&quot;"));

/** JSON inside a script element: nothing in it can end the element or begin a comment. */
const inScript = (json: string): string => json.replace(/</g, "\\u003c");

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const SHARED = "base-uri 'none'; form-action 'none'; object-src 'none'; style-src 'self' 'unsafe-inline'";

function page(index: SiteIndex, policy: string, head: string, body: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(index.project)} · docs</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23444cd0'/%3E%3Cpath d='M4 5h8M4 8h5M4 11h7' stroke='white' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E">
<script>${THEME}</script>
${head}
</head>
<body>
<div id="app"><noscript>This site needs JavaScript. What it shows is also in manifest.json and catalog.json.</noscript></div>
<script type="application/json" id="index">${inScript(JSON.stringify(index))}</script>
${body}
</body>
</html>
`;
}

/** The page of a site in a folder. `baseUrl` is where it stands; empty: paths are relative to the page. */
export function shellHtml(index: SiteIndex, app: string, baseUrl: string): string {
	const { entry, style } = appFiles(app);
	const css = readFileSync(join(app, style), "utf8");
	const canonical = baseUrl === "" ? "" : `<link rel="canonical" href="${escapeHtml(baseUrl)}">\n`;
	const policy = `default-src 'none'; script-src 'self' ${digest(THEME)} ${digest(FROM_DISK)}; connect-src 'self'; worker-src 'self'; img-src 'self' data: blob:; ${SHARED}`;
	const head = `${canonical}<link rel="modulepreload" href="${entry}">\n<link rel="preload" href="${index.graph}" as="fetch" crossorigin>\n<style>${css}</style>`;
	return page(index, policy, head, `<script>${FROM_DISK}</script>\n<script type="module" src="${entry}"></script>`);
}

/** Everything in one page, which opens from a disk. Throws TFM-DOCS-003 when it would be too large. */
export function singleHtml(index: SiteIndex, data: ReadonlyMap<string, string>, app: string): string {
	const css = readFileSync(join(app, appFiles(app).style), "utf8");
	const script = (name: string): string => readFileSync(join(app, name), "utf8").replaceAll("</script", "<\\/script");
	const [program, thread] = [script("single.js"), script("single.layout.js")];
	const own = program.length + thread.length + css.length;
	const bytes = [...data.values()].reduce((sum, text) => sum + Buffer.byteLength(text), own);
	if (bytes > SINGLE_FILE_LIMIT) fail("TFM-DOCS-003", { bytes, limit: SINGLE_FILE_LIMIT });
	const elements = [...data].map(
		([name, json]) => `<script type="application/json" data-file="${escapeHtml(name)}">${inScript(json)}</script>`,
	);
	const policy = `default-src 'none'; script-src ${digest(THEME)} ${digest(program)}; worker-src blob:; img-src data: blob:; ${SHARED}`;
	elements.push(`<script type="text/plain" id="layout">${thread}</script>`);
	return page(index, policy, `<style>${css}</style>`, `${elements.join("\n")}\n<script>${program}</script>`);
}
