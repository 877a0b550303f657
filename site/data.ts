/** The site's data files, each fetched once, when something needs it. */
import type {
	ColumnEdges,
	ColumnShard,
	DiffData,
	GraphData,
	NodeShard,
	RunsData,
	SearchData,
	SiteIndex,
	SiteNode,
	TermsData,
} from "../src/docs/siteData.ts";
import { shardOf } from "../src/docs/siteData.ts";
import { createProject, type Project } from "./project.ts";

export const index = JSON.parse(document.getElementById("index")!.textContent!) as SiteIndex;

const asked = new Map<string, Promise<unknown>>();

/** In a site that is one file, data stands in the page. */
function read<T>(name: string): Promise<T> {
	let data = asked.get(name);
	if (data === undefined) {
		const element = document.querySelector(`script[data-file="${CSS.escape(name)}"]`);
		data =
			element === null
				? fetch(name).then((response) => {
						if (!response.ok) throw new Error(`${name}: ${response.status}`);
						return response.json();
					})
				: Promise.resolve().then(() => JSON.parse(element.textContent!));
		// What failed is asked for again the next time.
		data.catch(() => asked.delete(name));
		asked.set(name, data);
	}
	return data as Promise<T>;
}

let project: Promise<Project> | undefined;
export function loadProject(): Promise<Project> {
	project ??= read<GraphData>(index.graph).then(createProject);
	return project;
}

export async function loadNode(id: string): Promise<SiteNode | null> {
	const file = index.node[shardOf(id)];
	return file ? ((await read<NodeShard>(file))[id] ?? null) : null;
}

export async function loadEdges(id: string): Promise<ColumnEdges | null> {
	const file = index.collin[shardOf(id)];
	return file ? ((await read<ColumnShard>(file))[id] ?? null) : null;
}

export const loadWords = (): Promise<SearchData> => read<SearchData>(index.search);
export const loadRuns = async (): Promise<RunsData | null> => (index.runs === null ? null : read<RunsData>(index.runs));
export const loadTerms = async (): Promise<TermsData | null> =>
	index.terms === null ? null : read<TermsData>(index.terms);
export const loadDiff = async (): Promise<DiffData | null> => (index.diff === null ? null : read<DiffData>(index.diff));
