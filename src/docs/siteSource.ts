import type { SiteFinding, SiteLanding, SiteSample } from "./siteData.ts";

/** What a run did with one node, or one test. */
export interface ResultFact {
	/** dbt's status. */
	readonly status: string;
	readonly failures: number | null;
	readonly message: string | null;
	/** Milliseconds. */
	readonly ms: number;
	/** When it ended; milliseconds since 1970, 0: not known. */
	readonly at: number;
}

export interface PastNode {
	readonly node: string;
	readonly status: string;
	readonly startedAt: number;
	readonly ms: number;
	readonly rows: number | null;
	readonly thread: string;
}

export interface PastRunFacts {
	readonly id: string;
	readonly command: string;
	readonly args: string;
	readonly status: string;
	readonly startedAt: number;
	readonly ms: number;
	readonly nodes: readonly PastNode[];
	/** Passed, warned, failed. */
	readonly tests: readonly [number, number, number];
	/** By dimension of quality: passed, all. */
	readonly dimensions: Readonly<Record<string, readonly [number, number]>>;
	/** Tests that did not pass, and how many rows they found. */
	readonly failing: readonly (readonly [test: string, status: string, failures: number | null])[];
}

/** What a site is made of. */
export interface SiteSource {
	/** Folder with manifest.json, and beside it catalog.json, sources.json, lineage.columns.json, diff.json where they are there. */
	readonly target: string;
	/** Names in their order, and the layer of a node; null: the project has none, lanes are its folders. */
	readonly layers: { readonly names: readonly string[]; readonly of: (id: string) => string | null } | null;
	/** The last result of each node and test. */
	readonly results: ReadonlyMap<string, ResultFact>;
	/** The newest first. */
	readonly runs: readonly PastRunFacts[];
	/** What landing loads took in and turned away, by the unique id of the source. */
	readonly landed: ReadonlyMap<string, SiteLanding>;
	/** Folder with the artifacts of an earlier state to compare with. */
	readonly state: string | null;
	readonly samples: ReadonlyMap<string, SiteSample>;
	/** What the check says of nodes, by unique id. */
	readonly findings: ReadonlyMap<string, readonly SiteFinding[]>;
	readonly excludeCode: boolean;
	/** Where the site will stand, for links in it that must be whole; empty: anywhere. */
	readonly baseUrl: string;
	readonly singleFile: boolean;
	readonly writtenBy: string;
	/** Addresses with `{path}` and `{line}`; empty: none. */
	readonly links: { readonly repository: string; readonly editor: string };
	/** Folders of pictures that descriptions show, with their names in the site. */
	readonly assets: readonly { readonly from: string; readonly to: string }[];
}
