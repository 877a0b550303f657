/**
 * A Markdown file as GitHub shows it, as an image: node scripts/commentImage.mjs target/comment.md comment.png. For those
 * who want to see what a reviewer sees. Needs Chromium.
 */
import { existsSync, readFileSync } from "node:fs";
import markdownIt from "markdown-it";
import { chromium } from "playwright-core";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const WIDTH = 900;

/** Measures and colours of a comment; nothing is fetched. */
const STYLE = `
body { margin: 0; padding: 16px; width: ${WIDTH - 32}px; font: 14px/1.5 "Liberation Sans", Arial, sans-serif; color: #1f2328 }
h3 { font-size: 17.5px; margin: 0 0 12px }
table { border-collapse: collapse; margin: 0 0 16px } th, td { border: 1px solid #d1d9e0; padding: 6px 13px }
tr:nth-child(2n) { background: #f6f8fa }
code { font: 12px "Liberation Mono", monospace; background: #eff1f3; padding: 2px 5px; border-radius: 6px }
td:last-child, th:last-child { white-space: nowrap } svg { vertical-align: -1px }
details { margin: 0 0 12px } a { color: #0969da }
`;

/** Signs of the comment, drawn: not every machine has a font that holds them. */
const dot = (colour) => `<svg width="13" height="13"><circle cx="6.5" cy="6.5" r="6" fill="${colour}"/></svg>`;
const mark = (colour, path) =>
	`<svg width="13" height="13"><path d="${path}" stroke="${colour}" stroke-width="3" fill="none"/></svg>`;
const SIGNS = {
	"🔴": dot("#d1242f"),
	"🟡": dot("#eac54f"),
	"🟢": dot("#1a7f37"),
	"⚪": dot("#d1d9e0"),
	"❌": mark("#d1242f", "M2 2 11 11 M11 2 2 11"),
	"✅": mark("#1a7f37", "M1 7 5 11 12 2"),
	"⚠️": '<svg width="13" height="13"><path d="M6.5 1 12 12H1Z" fill="#eac54f"/></svg>',
};

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
	console.error("node scripts/commentImage.mjs FILE.md IMAGE.png");
	process.exit(2);
}
if (CHROMIUM === undefined) {
	console.error("no Chromium was found");
	process.exit(1);
}
const written = markdownIt({ html: true }).render(readFileSync(from, "utf8"));
const html = Object.entries(SIGNS).reduce((text, [sign, drawn]) => text.replaceAll(sign, drawn), written);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
	const page = await browser.newPage({ viewport: { width: WIDTH, height: 100 }, javaScriptEnabled: false });
	await page.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${html}</body>`);
	await page.screenshot({ path: to, fullPage: true });
} finally {
	await browser.close();
}
