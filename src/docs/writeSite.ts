import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { appFiles } from "./appFiles.ts";
import { columnShard, spoolLineage } from "./columnLineage.ts";
import { createMarkdown, plainText } from "./markdown.ts";
import { createPages, type Spooled } from "./nodePages.ts";
import { createPictures } from "./pictures.ts";
import { readProjectFacts } from "./projectFacts.ts";
import { readDiff } from "./readDiff.ts";
import { runsData } from "./runsData.ts";
import { shellHtml, singleHtml } from "./shell.ts";
import { DATA_VERSION, type SearchData, SHARDS, type SiteIndex } from "./siteData.ts";
import { createSiteFiles, type SiteFiles } from "./siteFiles.ts";
import { type PageFacts, siteGraph } from "./siteGraph.ts";
import type { SiteSource } from "./siteSource.ts";
import { readSourceAges } from "./sourceAges.ts";
import { createSpool } from "./spool.ts";
import { spoolState } from "./spoolState.ts";
import { overviewOf, termsData } from "./termsData.ts";

export interface WrittenSite {
	readonly nodes: number;
	readonly files: number;
	readonly bytes: number;
}

const hex = (shard: number): string => shard.toString(16).padStart(2, "0");

/**
 * Artifacts → a folder of static files. `app` holds the built browser program (dist/site). Throws TFM-DOCS-001, 002,
 * 003 and 010; what stood in the folder before is removed only when the new site is whole.
 */
export async function writeSite(source: SiteSource, out: string, app: string): Promise<WrittenSite> {
	const made = !existsSync(out);
	const files = createSiteFiles(out, source.singleFile);
	const spool = createSpool(join(out, ".spool/pages"));
	const edges = createSpool(join(out, ".spool/edges"));
	try {
		const facts = readProjectFacts(source.target, spool, source);
		if (source.state !== null) spoolState(source.state, spool);
		const hasColumnLineage = spoolLineage(source.target, spool, edges);
		const ages = readSourceAges(source.target);
		const markdown = await createMarkdown(createPictures(source));
		const pagesOf = createPages({ facts, source, ages, markdown });

		const position = new Map(facts.nodes.map((node, i) => [node.id, i]));
		const pageFacts = new Map<string, PageFacts>();
		const columnNames = new Array<string>(facts.nodes.length).fill("");
		const node: (string | null)[] = [];
		const collin: (string | null)[] = [];
		for (let shard = 0; shard < SHARDS; shard++) {
			const pages = pagesOf(spool.take(shard) as readonly Spooled[]);
			for (const [id, page] of pages) {
				pageFacts.set(id, page.facts);
				columnNames[position.get(id)!] = page.columnNames;
			}
			const texts = [...pages].map(([id, page]) => `${JSON.stringify(id)}:${JSON.stringify(page.node)}`);
			node.push(texts.length === 0 ? null : files.data(`node/${hex(shard)}`, `{${texts.join(",\n")}}`));
			const columns = columnShard(edges.take(shard));
			collin.push(columns === null ? null : files.data(`collin/${hex(shard)}`, JSON.stringify(columns)));
		}
		const graph = siteGraph({
			facts,
			source,
			pages: pageFacts,
			ages,
			hasColumnLineage,
			homepage: overviewOf(facts, markdown),
		});
		const search: SearchData = {
			v: DATA_VERSION,
			text: facts.nodes.map(({ text }) => plainText(text).slice(0, 400)),
			columns: columnNames,
		};
		const terms = termsData(facts, markdown);
		const diff = readDiff(source.target);
		const index: SiteIndex = {
			v: DATA_VERSION,
			project: facts.project,
			graph: files.data("graph", JSON.stringify(graph)),
			worker: source.singleFile ? null : appFiles(app).worker,
			search: files.data("search", JSON.stringify(search)),
			runs:
				source.runs.length === 0 ? null : files.data("runs", JSON.stringify(runsData(source, position, facts.tests))),
			terms: terms.terms.length === 0 ? null : files.data("terms", JSON.stringify(terms)),
			diff: diff === null ? null : files.data("diff", JSON.stringify(diff)),
			node,
			collin,
		};
		if (source.singleFile) files.file("index.html", singleHtml(index, files.kept, app));
		else {
			const { scripts, styles } = appFiles(app);
			for (const name of [...scripts, ...styles]) files.file(name, readFileSync(join(app, name)));
			files.file("index.html", shellHtml(index, app, source.baseUrl));
			for (const { from, to } of source.assets) copyAssets(from, to, files);
			// GitHub Pages would leave out what its own generator does not know.
			files.file(".nojekyll", "");
		}
		removeSpool(out);
		files.finish();
		const written = source.singleFile ? ["index.html"] : [...files.sizes.keys()];
		const bytes = written.reduce((sum, name) => sum + files.sizes.get(name)!, 0);
		return { nodes: facts.nodes.length, files: written.length, bytes };
	} finally {
		removeSpool(out);
		// A command that failed leaves no empty folder behind.
		if (made && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out);
	}
}

const removeSpool = (out: string): void => rmSync(join(out, ".spool"), { recursive: true, force: true });

function copyAssets(from: string, to: string, files: SiteFiles): void {
	if (!existsSync(from)) return;
	for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
		const path = join(entry.parentPath ?? entry.path, entry.name);
		if (entry.isFile()) files.file(`${to}/${relative(from, path).replaceAll("\\", "/")}`, readFileSync(path));
	}
}
