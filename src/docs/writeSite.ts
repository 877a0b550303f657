import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLineagePages } from "./columnLineage.ts";
import { createMarkdown, plainText } from "./markdown.ts";
import { createPages, type Spooled } from "./nodePages.ts";
import { readProjectFacts } from "./projectFacts.ts";
import { readDiff } from "./readDiff.ts";
import { runsData } from "./runsData.ts";
import { shellHtml, singleHtml } from "./shell.ts";
import { DATA_VERSION, SHARDS, type SearchData, type SiteIndex } from "./siteData.ts";
import { createSiteFiles } from "./siteFiles.ts";
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
	const files = createSiteFiles(out, source.singleFile);
	const spool = createSpool(join(out, ".spool"));
	try {
		const facts = readProjectFacts(source.target, spool, source);
		if (source.state !== null) spoolState(source.state, spool);
		const lineage = createLineagePages(source.target, facts);
		const ages = readSourceAges(source.target);
		const markdown = await createMarkdown();
		const pagesOf = createPages({ facts, source, ages, markdown, inherited: lineage.inherited });

		const position = new Map(facts.nodes.map((node, i) => [node.id, i]));
		const pageFacts = new Map<string, PageFacts>();
		const columnNames = new Array<string>(facts.nodes.length).fill("");
		const node: (string | null)[] = [];
		const collin: (string | null)[] = [];
		for (let shard = 0; shard < SHARDS; shard++) {
			const pages = pagesOf(spool.take(shard) as readonly Spooled[]);
			for (const [id, page] of pages) {
				pageFacts.set(id, page.facts);
				columnNames[position.get(id)!] = page.columnNames.toLowerCase();
			}
			const texts = [...pages].map(([id, page]) => `${JSON.stringify(id)}:${JSON.stringify(page.node)}`);
			node.push(texts.length === 0 ? null : files.data(`node/${hex(shard)}`, `{${texts.join(",\n")}}`));
			const edges = lineage.shard(shard);
			collin.push(edges === null ? null : files.data(`collin/${hex(shard)}`, JSON.stringify(edges)));
		}
		const graph = siteGraph({
			facts,
			source,
			pages: pageFacts,
			ages,
			hasColumnLineage: collin.some((name) => name !== null),
			homepage: overviewOf(facts, markdown),
		});
		const search: SearchData = {
			v: DATA_VERSION,
			text: facts.nodes.map(({ text }) => plainText(text).toLowerCase().slice(0, 400)),
			columns: columnNames,
		};
		const terms = termsData(facts, markdown);
		const diff = readDiff(source.target);
		const index: SiteIndex = {
			v: DATA_VERSION,
			project: facts.project,
			graph: files.data("graph", JSON.stringify(graph)),
			search: files.data("search", JSON.stringify(search)),
			runs: source.runs.length === 0 ? null : files.data("runs", JSON.stringify(runsData(source, position))),
			terms: terms.terms.length === 0 ? null : files.data("terms", JSON.stringify(terms)),
			diff: diff === null ? null : files.data("diff", JSON.stringify(diff)),
			node,
			collin,
		};
		if (source.singleFile) files.file("index.html", singleHtml(index, files.kept, app));
		else {
			for (const name of appFiles(app)) files.file(name, readFileSync(join(app, name)));
			files.file("index.html", shellHtml(index, app, source.baseUrl));
			// GitHub Pages would leave out what its own generator does not know.
			files.file(".nojekyll", "");
		}
		spool.remove();
		files.finish();
		const written = source.singleFile ? ["index.html"] : [...files.sizes.keys()];
		const bytes = written.reduce((sum, name) => sum + files.sizes.get(name)!, 0);
		return { nodes: facts.nodes.length, files: written.length, bytes };
	} finally {
		spool.remove();
	}
}

/** Names of the browser program's files, as its build listed them. */
function appFiles(app: string): readonly string[] {
	const { scripts, styles } = JSON.parse(readFileSync(join(app, "files.json"), "utf8")) as AppFiles;
	return [...scripts, ...styles];
}

/** dist/site/files.json: written by scripts/build.mjs. */
export interface AppFiles {
	readonly entry: string;
	readonly style: string;
	readonly scripts: readonly string[];
	readonly styles: readonly string[];
}
