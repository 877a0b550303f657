/**
 * The shapes of the site's data files, for those who write them (this room) and those who read them (site/, in the
 * browser). Times are milliseconds since 1970, durations milliseconds.
 */

export const DATA_VERSION = 1;

export const SHARDS = 256;

/** Position in `graph.status`; `built`: it went well, and nobody tests it. */
export const STATUSES = ["unknown", "ok", "warn", "fail", "skipped", "built"] as const;
export type Status = (typeof STATUSES)[number];
/** Also what the run that goes on makes of a node. */
export type NodeState = Status | "running" | "done";

/** What `tfm docs serve` tells open pages of the run that goes on. */
export interface RunTold {
	/** Nodes and tests. */
	readonly of: number;
	readonly done: number;
	readonly failed: number;
	/** Unique ids, in the order in which they were begun. */
	readonly running: readonly string[];
	/** By unique id, of those that have changed since it was told last; the first time of all. */
	readonly status: Readonly<Record<string, NodeState>>;
}

/** Position in `graph.type`. */
export const NODE_TYPES = [
	"source",
	"seed",
	"snapshot",
	"model",
	"exposure",
	"metric",
	"semantic_model",
	"saved_query",
	"function",
	"analysis",
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** Where every other file is, by what it holds; in the shell. Null: the file would be empty. */
export interface SiteIndex {
	readonly v: typeof DATA_VERSION;
	readonly project: string;
	readonly graph: string;
	/** The program of the thread that lays out neighbourhoods; null: a site that is one file has no threads. */
	readonly worker: string | null;
	readonly search: string;
	readonly runs: string | null;
	readonly terms: string | null;
	readonly diff: string | null;
	readonly node: readonly (string | null)[];
	readonly collin: readonly (string | null)[];
	/** Served by `tfm docs serve`, which tells of changes at `/_live`. */
	readonly live?: boolean;
}

export interface Lane {
	readonly name: string;
	/** Of its band in the drawing. */
	readonly x0: number;
	readonly x1: number;
}

/** One entry per node in every array. */
export interface GraphColumns {
	/** The unique id without its type and package: `orders`, `raw.orders`, `orders.v2`. */
	readonly name: readonly string[];
	readonly package: readonly number[];
	readonly lane: readonly number[];
	readonly type: readonly number[];
	readonly status: readonly number[];
	/** Tests of the node, and how many of them failed or warned when they ran last. */
	readonly tests: readonly number[];
	readonly failed: readonly number[];
	/** Of its last run; -1: none is known. */
	readonly ms: readonly number[];
	/** When its data or the node itself was last brought up to date; 0: not known. */
	readonly fresh: readonly number[];
	/** Freshness of a source or of what it promises: position in STATUSES. */
	readonly freshness: readonly number[];
	readonly owner: readonly number[];
	readonly tags: readonly (readonly number[])[];
	/** Folder below the lane's: the blocks of the overview. */
	readonly group: readonly number[];
	readonly materialized: readonly number[];
	readonly columns: readonly number[];
	readonly described: readonly number[];
	/** 1: has a description itself. */
	readonly documented: readonly number[];
	readonly x: readonly number[];
	readonly y: readonly number[];
}

export interface GraphData {
	readonly v: typeof DATA_VERSION;
	readonly project: string;
	readonly generatedAt: string;
	/** `tfm 0.1.0`, `dbt 1.12.6`: what wrote the manifest. */
	readonly writtenBy: string;
	/** The project's layers; false: lanes were found by folder. */
	readonly layered: boolean;
	/** Addresses of the project's files with `{path}` and `{line}`; empty: none. */
	readonly links: { readonly repository: string; readonly editor: string };
	readonly lanes: readonly Lane[];
	readonly packages: readonly string[];
	readonly owners: readonly string[];
	readonly tags: readonly string[];
	readonly groups: readonly string[];
	readonly materializations: readonly string[];
	readonly nodes: GraphColumns;
	/** from, to, from, to … as positions in `nodes`. */
	readonly edges: readonly number[];
	/** Edges against the order of layers, as positions of pairs in `edges`. */
	readonly against: readonly number[];
	readonly quality: readonly QualityCell[];
	/** Totals for the home page. */
	readonly run: RunHeader | null;
	/** What failed or warned when it ran last, failures first; at most FAILURES. */
	readonly failures: readonly Failure[];
	/** In all: tests that fail, nodes that could not be built, nodes that only warn. */
	readonly failed: { readonly tests: number; readonly nodes: number; readonly warning: number };
	/** Columns of the drawing. */
	readonly depth: number;
	readonly hasColumnLineage: boolean;
	readonly homepage: string;
}

/** So many are listed on the first page; pages of nodes have them all. */
export const FAILURES = 100;

/** A node that could not be built or published, or a test that found something. */
export interface Failure {
	readonly node: number;
	readonly status: "fail" | "warn";
	/** Null: the node itself. */
	readonly test: {
		readonly id: string;
		readonly name: string;
		readonly kind: string;
		readonly column: string | null;
	} | null;
	/** Rows that a test found. */
	readonly rows: number | null;
	readonly message: string | null;
	/** The node was built and is held back: readers see the version before. */
	readonly held: boolean;
}

/** Tests of one dimension in one lane. */
export interface QualityCell {
	readonly lane: number;
	readonly dimension: string;
	readonly tests: number;
	readonly passed: number;
	readonly failed: number;
	readonly warned: number;
	/** Nodes of the lane with at least one such test. */
	readonly nodes: number;
}

export interface RunHeader {
	readonly id: string;
	readonly command: string;
	readonly status: string;
	readonly startedAt: number;
	readonly ms: number;
}

export interface SiteColumn {
	readonly name: string;
	readonly type: string;
	/** Safe HTML. */
	readonly html: string;
	/** The node and column that the description was taken from, where it is not its own. */
	readonly from?: readonly [string, string];
	/** `unknown`: what it is made of is not known, and may be personal. */
	readonly pii?: true | "unknown";
	/** Property files name it; the database has other columns, and the SQL does not give it. */
	readonly absent?: true;
	readonly tags?: readonly string[];
	readonly constraints?: readonly string[];
	/** Names of docs blocks. */
	readonly terms?: readonly string[];
}

export interface SiteTest {
	readonly id: string;
	readonly name: string;
	/** `unique`; `singular` and `unit` for tests that have no such name. */
	readonly kind: string;
	readonly column: string | null;
	readonly severity: string;
	readonly dimension: string | null;
	readonly status: string | null;
	readonly failures: number | null;
	readonly message: string | null;
	readonly ms: number | null;
	readonly html: string;
	readonly sql: string | null;
	readonly storedIn: string | null;
	readonly path: string;
	/** Of a generic test of no one column: what it was given. */
	readonly args?: string;
	/** Of rows that failed, where they were asked for. */
	readonly sample?: SiteSample;
}

export interface SiteSample {
	readonly columns: readonly string[];
	readonly rows: readonly (readonly (string | null)[])[];
	/** Columns left out because they are marked as personal. */
	readonly withheld: readonly string[];
}

/** Rows that a landing load took in, and those that it kept aside with a reason. */
export interface SiteLanding {
	/** Of the last load that found new files. */
	readonly rows: number;
	readonly rejects: number;
	/** Of all loads. */
	readonly allRejects: number;
}

/** One node's page. */
export interface SiteNode {
	readonly id: string;
	readonly html: string;
	readonly relation: string | null;
	readonly path: string;
	readonly patch: string | null;
	readonly access: string | null;
	readonly contract: boolean;
	readonly key: readonly string[];
	readonly columns: readonly SiteColumn[];
	readonly tests: readonly SiteTest[];
	readonly raw: string | null;
	readonly compiled: string | null;
	/** The statements that the last run sent; absent: none are known, or they are the compiled SQL. */
	readonly executed?: string;
	/** In the state that the site was compared with; absent: the same, or nothing was compared. */
	readonly before?: string | null;
	readonly message: string | null;
	readonly meta: readonly (readonly [string, string])[];
	readonly terms: readonly string[];
	readonly url?: string;
	readonly freshness?: {
		readonly warn: string | null;
		readonly error: string | null;
		readonly ageMs: number | null;
		readonly maxLoadedAt: string | null;
	};
	readonly sample?: SiteSample;
	readonly landing?: SiteLanding;
	readonly catalogComment?: string;
	/** What the check says of the node; absent: nothing, or it was not asked. */
	readonly findings?: readonly SiteFinding[];
}

export interface SiteFinding {
	readonly severity: "error" | "warning";
	readonly code: string;
	readonly says: string;
	readonly hint: string | null;
	readonly path: string;
	readonly line: number | null;
}

export type NodeShard = Readonly<Record<string, SiteNode>>;

/** Column edges that end in a node: column → what it is made of. */
export interface ColumnEdges {
	readonly columns: Readonly<
		Record<
			string,
			{ readonly kind: string; readonly confidence: string; readonly from: readonly (readonly [string, string])[] }
		>
	>;
	/** Filters, joins, order. */
	readonly indirect: readonly (readonly [string, string])[];
	/** Columns of other nodes that are made of columns of this one. */
	readonly uses: Readonly<Record<string, readonly (readonly [string, string])[]>>;
	readonly status: string;
	readonly reason?: string;
}
export type ColumnShard = Readonly<Record<string, ColumnEdges>>;

/** One text per node, in the order of the graph: description, and columns between spaces. */
export interface SearchData {
	readonly v: typeof DATA_VERSION;
	readonly text: readonly string[];
	readonly columns: readonly string[];
}

export interface RunRecord extends RunHeader {
	readonly args: string;
	/** Node positions (tests come with their node), starts relative to the run's, durations, statuses. */
	readonly node: readonly number[];
	readonly start: readonly number[];
	readonly dur: readonly number[];
	readonly state: readonly number[];
	readonly rows: readonly (number | null)[];
	readonly thread: readonly number[];
	/** Tests: passed, warned, failed in all, and per dimension. */
	readonly tests: readonly [number, number, number];
	readonly dimensions: Readonly<Record<string, readonly [number, number]>>;
	/** Tests that did not pass: id, name, position of what they test or -1, status, rows; at most FAILURES. */
	readonly failing: readonly (readonly [
		id: string,
		name: string,
		node: number,
		status: "fail" | "warn",
		rows: number | null,
	])[];
}

export interface RunsData {
	readonly v: typeof DATA_VERSION;
	/** The newest first. */
	readonly runs: readonly RunRecord[];
}

export interface Term {
	readonly id: string;
	readonly name: string;
	readonly package: string;
	readonly html: string;
	readonly text: string;
	/** Node id and column; an empty column is the node itself. */
	readonly used: readonly (readonly [string, string])[];
}
export interface TermsData {
	readonly v: typeof DATA_VERSION;
	readonly terms: readonly Term[];
}

/** One side of a comparison. Empty: not known. */
export interface DiffSide {
	readonly name: string;
	readonly commit: string;
	readonly url: string;
}

/** What must be looked at before the change is merged. */
export interface DiffFinding {
	readonly severity: "error" | "warn";
	readonly code: string;
	readonly says: string;
	readonly node: string | null;
	readonly path: string;
	readonly line: number | null;
}

/** Rows of both sides compared by key. Null: not counted. */
export interface DiffRows {
	/** Why they were not compared: no key, or one that is not unique. */
	readonly refused: string | null;
	readonly base: number | null;
	readonly now: number | null;
	readonly added: number | null;
	readonly removed: number | null;
	readonly changed: number | null;
	readonly key: readonly string[];
}

export interface DiffColumn {
	readonly name: string;
	/** `added`, `removed`, `renamed`, `type`, `logic`; `values`: its expression is as it was, and rows differ in it. */
	readonly change: string;
	readonly before: string;
	readonly after: string;
	/** Ids of the nodes that read the column and break. */
	readonly breaks: readonly string[];
	/** In how many rows its value is another. */
	readonly rows: number | null;
}

export interface DiffEntry {
	readonly id: string;
	/** `reached`: itself the same, and made of what is not. */
	readonly change: "added" | "removed" | "modified" | "reached";
	/** `breaking`, `risky`, `non-breaking`, `none`. */
	readonly category: string | null;
	readonly reasons: readonly string[];
	readonly columns: readonly DiffColumn[];
	readonly rows?: DiffRows;
	/** Passed, warned, failed. */
	readonly tests?: readonly [number, number, number];
}
export interface DiffData {
	readonly v: typeof DATA_VERSION;
	readonly base: DiffSide;
	readonly head: DiffSide;
	readonly findings: readonly DiffFinding[];
	readonly nodes: readonly DiffEntry[];
}

/** FNV-1a over UTF-16 units: which shard a node's page is in. */
export function shardOf(id: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
	return (hash ^ (hash >>> 16)) & (SHARDS - 1);
}
