/**
 * Bundles src/ into dist/ (each command a lazily loaded chunk), copies the built-in macros, and makes the template
 * data directory of the embedded database. Run by `npm ci` through `prepare`.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const started = Date.now();

/** Of everything that decides what tfm does: what one build knows of a project is not taken by another. */
function digestOfSources() {
	const digest = createHash("sha256");
	const files = readdirSync("src", { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.name.includes(".test."))
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
	for (const file of ["package-lock.json", ...files].sort()) digest.update(`${file}\0`).update(readFileSync(file));
	return digest.digest("hex").slice(0, 16);
}

/** The docs site's program: modules that are fetched when they are needed, and one script for a site that is one file. */
async function buildSite() {
	const shared = {
		bundle: true,
		minify: true,
		jsx: "automatic",
		jsxImportSource: "preact",
		platform: "browser",
		target: "es2022",
		legalComments: "none",
		logLevel: "warning",
		// Prism looks for the global object under the name that it has in Node.
		define: { global: "globalThis" },
	};
	rmSync("dist/.site", { recursive: true, force: true });
	const { metafile } = await build({
		...shared,
		// The thread has a program of its own, which shares the layout with the page's.
		entryPoints: { app: "site/main.tsx", style: "site/style.css", layout: "site/graph/layoutWorker.ts" },
		outdir: "dist/.site",
		format: "esm",
		splitting: true,
		metafile: true,
		entryNames: "[name].[hash]",
		chunkNames: "[name].[hash]",
	});
	const single = { single: "site/main.tsx", "single.layout": "site/graph/layoutWorker.ts" };
	await build({ ...shared, entryPoints: single, outdir: "dist/.site", format: "iife" });
	const names = Object.keys(metafile.outputs).map((path) => path.slice("dist/.site/".length));
	const scripts = names.filter((name) => name.endsWith(".js")).sort();
	const styles = names.filter((name) => name.endsWith(".css")).sort();
	const named = (start) => scripts.find((name) => name.startsWith(start));
	const files = { entry: named("app."), worker: named("layout."), style: styles[0], scripts, styles };
	writeFileSync("dist/.site/files.json", `${JSON.stringify(files, null, 1)}\n`);
	rmSync("dist/site", { recursive: true, force: true });
	renameSync("dist/.site", "dist/site");
}

/** Commander loads child_process for commands that are programs of their own. tfm has none, and every start waits for it. */
const commanderAlone = {
	name: "commander-alone",
	setup(build) {
		build.onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
			/[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace: "no-programs" } : undefined,
		);
		build.onLoad({ filter: /.*/, namespace: "no-programs" }, () => ({
			contents: "module.exports = {};",
			loader: "js",
		}));
	},
};

/** How code of src/ is bundled for node. */
const PROGRAM = {
	bundle: true,
	define: { TFM_BUILD: JSON.stringify(digestOfSources()) },
	format: "esm",
	platform: "node",
	target: "node20",
	packages: "bundle",
	external: [
		"@electric-sql/pglite",
		// Finds its WebAssembly beside itself.
		"@guanmingchiu/sqlparser-ts",
		"snowflake-sdk",
		"pg",
		"pg-native",
		"pg-query-stream",
		"better-sqlite3",
		"sqlite3",
		"mysql",
		"mysql2",
		"mariadb",
		"mariadb/*",
		"tedious",
		"oracledb",
		"nock",
		"mock-aws-s3",
		"aws-sdk",
		"chokidar",
	],
	// Bundled CommonJS packages (nunjucks, knex) call require for node's own modules.
	banner: {
		js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
	},
	legalComments: "none",
	plugins: [commanderAlone],
	logLevel: "warning",
};

/** Pages that a start would otherwise make from the tables of commands each time (src/cli/writtenPage.ts). */
async function writePages() {
	const outfile = "dist/.pages.mjs";
	await build({ ...PROGRAM, entryPoints: ["src/cli/writePages.ts"], outfile });
	const program = await import(pathToFileURL(outfile).href);
	rmSync(outfile);
	rmSync("dist/pages", { recursive: true, force: true });
	mkdirSync("dist/pages");
	for (const [file, text] of await program.writePages()) writeFileSync(join("dist", file), text);
}

mkdirSync("dist", { recursive: true });
rmSync("dist/.next", { recursive: true, force: true });

const result = await build({
	...PROGRAM,
	entryPoints: {
		"cli/main": "src/cli/main.ts",
		"cli/pgliteWorker": "src/adapters/pglite/pgliteWorker.js",
		"cli/sqlWorker": "src/sql/sqlWorker.js",
		"cli/ruleWorker": "src/app/ownRules/ruleWorker.js",
	},
	outdir: "dist/.next",
	splitting: true,
	chunkNames: "cli/[name]-[hash]",
	sourcemap: "linked",
	sourcesContent: false,
	metafile: true,
});
// What is there is replaced only now: a build that fails leaves the last one.
for (const folder of ["dist/cli", "dist/macros", "dist/.compiled"]) rmSync(folder, { recursive: true, force: true });
renameSync("dist/.next/cli", "dist/cli");
rmSync("dist/.next", { recursive: true, force: true });
// What rules of one's own are written against: declarations only, so that the text is as good as a .d.ts.
cpSync("src/rules/ruleProject.ts", "dist/rule.d.ts");
cpSync("src/context/macros", "dist/macros/dbt", { recursive: true });
cpSync("src/adapters/postgresFamily/macros", "dist/macros/dbt_postgres", { recursive: true });
cpSync("src/adapters/snowflake/macros", "dist/macros/dbt_snowflake", { recursive: true });

await buildSite();
await writePages();

if (existsSync("scripts/templateDataDir.mjs")) {
	const { makeTemplate } = await import("./templateDataDir.mjs");
	await makeTemplate("dist");
}
const bytes = Object.values(result.metafile.outputs).reduce((n, o) => n + o.bytes, 0);
console.log(`built dist/: ${(bytes / 1e6).toFixed(1)} MB in ${((Date.now() - started) / 1000).toFixed(1)} s`);
