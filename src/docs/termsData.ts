import { type Markdown, plainText } from "./markdown.ts";
import type { ProjectFacts } from "./projectFacts.ts";
import { DATA_VERSION, type Term, type TermsData } from "./siteData.ts";

const OVERVIEW = /^__.*__$/;

/** data/terms.json: docs blocks as a glossary, each with what uses it. */
export function termsData({ docs, nodes }: ProjectFacts, markdown: Markdown): TermsData {
	const used = new Map<string, [string, string][]>();
	for (const node of nodes)
		for (const [term, column] of node.terms) {
			const list = used.get(term);
			if (list === undefined) used.set(term, [[node.id, column]]);
			else list.push([node.id, column]);
		}
	const terms = docs
		.filter(({ name, package: from }) => !OVERVIEW.test(name) && from !== "dbt")
		.map(
			(doc): Term => ({
				id: doc.id,
				name: doc.name,
				package: doc.package,
				html: markdown(doc.contents),
				text: plainText(doc.contents).slice(0, 300),
				used: used.get(doc.id) ?? [],
			}),
		)
		.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
	return { v: DATA_VERSION, terms };
}

/** The project's own `__overview__`, as HTML; dbt's default says nothing of the project. */
export function overviewOf({ docs, project }: ProjectFacts, markdown: Markdown): string {
	const own = docs.find(({ name, package: from }) => name === "__overview__" && from === project);
	return own === undefined ? "" : markdown(own.contents);
}
