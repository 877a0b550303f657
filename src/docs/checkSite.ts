import { existsSync, readFileSync } from "node:fs";
import { extname, join, resolve, sep } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import {
	type GraphData,
	NODE_TYPES,
	type NodeShard,
	type SiteIndex,
	type SiteNode,
	type TermsData,
} from "./siteData.ts";

/** Bytes, packed with brotli, of all scripts and styles; unpacked, of what every page reads and of one shard. */
const LIMITS = { program: 60_000, graph: 4_000_000, shard: 4_000_000 };

/** Everything that is wrong with the site in this folder: links to nothing, public models without words, large files. */
export function checkSite(folder: string): readonly Diagnostic[] {
	const html = readFileSync(join(folder, "index.html"), "utf8");
	const embedded = embeddedData(html);
	const read = (name: string): string => embedded.get(name) ?? readFileSync(join(folder, name), "utf8");
	const index = JSON.parse(/<script type="application\/json" id="index">(.*)<\/script>/.exec(html)![1]!) as SiteIndex;
	const graph = JSON.parse(read(index.graph)) as GraphData;
	const places = placesOf(graph);
	const found: Diagnostic[] = [];
	const links = (where: string, text: string): void => {
		for (const [, raw = ""] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
			const link = raw.replaceAll("&amp;", "&");
			if (!leadsSomewhere(link, folder, places)) found.push(diagnostic("TFM-DOCS-006", { link, where }));
		}
	};
	links("the overview", graph.homepage);
	for (const name of index.node) {
		if (name === null) continue;
		const text = read(name);
		if (text.length > LIMITS.shard)
			found.push(diagnostic("TFM-DOCS-008", { what: name, bytes: text.length, limit: LIMITS.shard }));
		for (const [id, node] of Object.entries(JSON.parse(text) as NodeShard)) {
			links(id, node.html);
			for (const column of node.columns) links(`${id}, column ${column.name},`, column.html);
			found.push(...undescribed(id, node));
		}
	}
	if (index.terms !== null)
		for (const term of (JSON.parse(read(index.terms)) as TermsData).terms) links(`the term ${term.name}`, term.html);
	return [...found, ...tooLarge(folder, html, index, read)];
}

function embeddedData(html: string): ReadonlyMap<string, string> {
	const found = html.matchAll(/<script type="application\/json" data-file="([^"]*)">(.*?)<\/script>/gs);
	return new Map([...found].map(([, name = "", json = ""]) => [name, json]));
}

function undescribed(id: string, { access, html, columns }: SiteNode): readonly Diagnostic[] {
	if (access !== "public") return [];
	if (html === "") return [diagnostic("TFM-DOCS-007", { model: id, columns: [], described: false })];
	const missing = columns.filter((column) => column.html === "").map(({ name }) => name);
	return missing.length === 0 ? [] : [diagnostic("TFM-DOCS-007", { model: id, columns: missing, described: true })];
}

/** Ids and keys that a link may name. */
function placesOf({ nodes, lanes, packages }: GraphData): ReadonlySet<string> {
	return new Set(
		nodes.name.flatMap((name, i) => [
			`${lanes[nodes.lane[i]!]!.name}.${name}`,
			`${NODE_TYPES[nodes.type[i]!]}.${packages[nodes.package[i]!]}.${name}`,
		]),
	);
}

const PAGES = new Set(["", "catalog", "graph", "run", "quality", "glossary", "diff", "embed"]);

/** The web and mail are not asked; a page of the site must be one, a file must be there. */
function leadsSomewhere(link: string, folder: string, places: ReadonlySet<string>): boolean {
	if (/^(?:https?:|mailto:|data:)/i.test(link)) return true;
	if (link.startsWith("#")) {
		const [page = "", node = ""] = link
			.replace(/^#!\/\w+\//, "m/")
			.replace(/^#\/?/, "")
			.split("?")[0]!
			.split("/");
		if (page === "m") return places.has(decode(node));
		// `#heading` of the same text.
		return PAGES.has(page) || !link.startsWith("#/");
	}
	const path = resolve(folder, decode(link.split(/[?#]/)[0]!).replace(/^\/+/, ""));
	return path.startsWith(resolve(folder) + sep) && existsSync(path);
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function tooLarge(folder: string, html: string, index: SiteIndex, read: (name: string) => string): Diagnostic[] {
	const scripts = [...html.matchAll(/(?:src|href)="([\w.-]+\.js)"/g)].map(([, name]) => name!);
	const chunks = new Set(scripts);
	if (typeof index.worker === "string") chunks.add(index.worker);
	for (const name of chunks)
		for (const [, other] of readFileSync(join(folder, name), "utf8").matchAll(/"\.\/([\w.-]+\.js)"/g))
			chunks.add(other!);
	const css = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text]) => text!);
	const sources = [
		...[...chunks].filter((name) => extname(name) === ".js").map((name) => readFileSync(join(folder, name), "utf8")),
		...css,
	];
	const program = sources.reduce((sum, text) => sum + brotliCompressSync(text).length, 0);
	const graph = read(index.graph).length;
	return [
		...(program > LIMITS.program
			? [diagnostic("TFM-DOCS-008", { what: "the site's program, packed,", bytes: program, limit: LIMITS.program })]
			: []),
		...(graph > LIMITS.graph
			? [diagnostic("TFM-DOCS-008", { what: index.graph, bytes: graph, limit: LIMITS.graph })]
			: []),
	];
}
