import type { Adapter, BulkLoaded, Candidate, Session, StatementComment } from "./adapter.ts";
import type { CompilerPort } from "./compiler.ts";
import type { Layering } from "./config.ts";
import type { Deferral } from "./deferral.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Emit } from "./events.ts";
import type { BatchResults, EventWindow } from "./eventTime.ts";
import type { FreshnessCriteria } from "./freshness.ts";
import type { Manifest } from "./manifest.ts";
import type { NativePlan } from "./nativeTests.ts";
import type { NodeId, OperationNode, SeedNode, SourceNode, TestNode } from "./node.ts";
import type { BuildableNode, BuildInput, NodePlan, Plan, PlanInput, TestOutcome } from "./plan.ts";
import type { QuotePolicy, RelationName } from "./relation.ts";
import type { NodeStatus } from "./result.ts";
import type { ResultTable } from "./resultTable.ts";
import type { Checkout, RunTrigger, StateStore, UnrecordedRun } from "./state.ts";
import type { Ruling, TemplateRulings } from "./warningPolicy.ts";

/** What one run is asked to do. */
export interface RunJob {
	/** As the user called it: `run`, `build`, `test`, `seed`, `load`, `retry`. */
	readonly command: string;
	readonly runId: string;
	readonly manifest: Manifest;
	/** Models, seeds, snapshots, tests, and sources to load. Anything else in it is ignored. */
	readonly selected: ReadonlySet<NodeId>;
	/** Null: an unlayered project, each node is published right after its build. */
	readonly layering: Layering | null;
	/** In the order in which they run. */
	readonly hooks: { readonly start: readonly OperationNode[]; readonly end: readonly OperationNode[] };
	readonly about: {
		readonly target: string;
		readonly schema: string;
		readonly engine: string;
		readonly version: string;
	};
	readonly host: { readonly name: string; readonly pid: number };
	/** The command line, secrets replaced, what started it, and the commit of the files; written down with the run. */
	readonly origin?: {
		readonly args: string;
		readonly trigger: RunTrigger | null;
		readonly checkout?: Checkout | null;
	};
	/** How names of relations are quoted where they are written for people and artifacts. */
	readonly quoting: QuotePolicy;
	/** Relative to the project root: where the executed SQL is written (`target`), for the place of a database error. */
	readonly targetPath: string;
	/** `--defer`: what some references mean instead. */
	readonly deferral?: Deferral;
	/** Selected nodes that need no work, with what is said of them. */
	readonly settled?: ReadonlyMap<NodeId, SettledNode>;
	readonly flags: RunFlags;
	readonly microbatch: MicrobatchJob;
	/** `retry`: signatures of functions that its run has created, by the names of their files. */
	readonly overloadsDone?: ReadonlyMap<NodeId, readonly string[]>;
	/** Absent: the run writes no history. */
	readonly history?: HistorySettings;
}

/** The project's `history:`. */
export interface HistorySettings {
	/** Milliseconds; older rows are deleted at the end of a run. */
	readonly keepMs: number;
}

/** Which batches of microbatch models are due. */
export interface MicrobatchJob {
	/** `--event-time-start` and `--event-time-end`, or the sample. */
	readonly asked: EventWindow | null;
	/** When the command began; of a retry, when the run that it repeats began, so that the same batches are due (dbt). */
	readonly now: Date;
	/** `retry`: what became of each model's batches, where some of them are done. Only the others are built again. */
	readonly unfinished: ReadonlyMap<NodeId, BatchResults>;
	/** `backfill`: these windows, whatever stands; absent for every other command. */
	readonly only?: ReadonlyMap<NodeId, readonly EventWindow[]>;
	/** The behaviour flag `require_batched_execution_for_custom_microbatch_strategy`. */
	readonly batchOwnStrategies: boolean;
}

/** What is known of a node before the run: its result, and a line for whoever watches. */
export interface SettledNode {
	readonly status: NodeStatus;
	readonly message: string;
	readonly says: string;
}

export interface RunFlags {
	readonly fullRefresh: boolean;
	readonly failFast: boolean;
	/** What becomes of warnings of templates; absent: they are told. */
	readonly templateRulings?: TemplateRulings;
	/** What becomes of column types of a seed that its file has no columns for; absent: they are told. */
	readonly strayTypes?: Ruling;
	/** False: `--no-gate`, every node is published right after its build. */
	readonly gates: boolean;
	readonly threads: number;
	readonly lockTimeoutMs: number;
	readonly statementTimeoutMs: number | null;
	/** After so many nodes in a row that the database could not be reached for, the run stops; 0: never. */
	readonly connectionFailureLimit: number;
	/** `--store-failures` / `--no-store-failures`; null when neither is given. */
	readonly storeFailures: boolean | null;
	/** Tests of one relation are counted by one statement where their verdicts stay the same. */
	readonly sharedScans: boolean;
	/** Failing rows to keep per test. */
	readonly showRows: number;
	/** Of a failing row, all columns in place of the key and what is tested. */
	readonly wholeRows?: boolean;
	readonly warnError: boolean;
	/** `retry`: candidates whose code and inputs are unchanged are audited again, not rebuilt. */
	readonly reuse: boolean;
	/** `--changed`: what is as it was built last is neither built nor tested. Absent: false. */
	readonly changed?: boolean;
	/** dbt's `build`: where no gate stands, a test that fails skips what descends from all that it reads. */
	readonly testsBlock: boolean;
	/** `test --native`: native tests are counted by the warehouse. Absent: false. */
	readonly native?: boolean;
	/** `test --candidates`: tests read the candidates that stand. */
	readonly candidates: boolean;
	/** `source freshness`: the selected sources are asked how old they are, and nothing else is done. */
	readonly freshness: boolean;
	/** `--offline`: unit tests alone, nothing but the embedded database is opened. */
	readonly offline: boolean;
}

/** One source table to fill from its files. The rows and the ledger commit together. */
export interface LoadInput {
	readonly source: SourceNode;
	readonly session: Session;
	readonly runId: string;
	readonly fullRefresh: boolean;
	readonly signal: AbortSignal;
}

/** Which of a source's files a load takes; all nulls: all of them. */
export interface LoadWindow {
	/** The day that a file's path names, `YYYY-MM-DD`: not before `from`, before `to`. */
	readonly from: string | null;
	readonly to: string | null;
	/** Paths or globs under the project. */
	readonly files: readonly string[] | null;
	/** Files that are in are loaded again, their rows replaced. */
	readonly reload: boolean;
}

/** What is wrong with a `load:` block, said after its table's name; `path` leads to it inside the block. */
export interface LoadMistake {
	readonly problem: string;
	readonly hint: string | undefined;
	readonly path: readonly (string | number)[];
}

export const WHOLE_LOAD: LoadWindow = { from: null, to: null, files: null, reload: false };

export interface LoadOutcome {
	readonly files: number;
	/** How many of them had been taken in before, and were taken in anew; absent: none. */
	readonly again?: number;
	/** Files taken in by an earlier run and unchanged since. */
	readonly skipped: number;
	readonly rows: number;
	readonly rejects: number;
	/** Rows and rejects that went because their `retention` is over; absent: the table has none. */
	readonly purged?: number;
	/** The warehouse's own name for the statement that brought the last rows in; absent: it has none, or there were none. */
	readonly queryId?: string;
}

export interface SeedPort {
	/** sha256 of the file and of the config that shapes the table. */
	hash(node: SeedNode): Promise<string>;
	/** The remark on `column_types` that name no column of the file; null: there are none. */
	strayTypes(node: SeedNode): Promise<Diagnostic | null>;
	/** All rows of the file, for a materialization of the project's own. Throws TfmError. */
	rows(node: SeedNode): Promise<ResultTable>;
	/** Creates the relation (which does not exist) and fills it; takes part in the surrounding transaction. */
	load(input: {
		readonly node: SeedNode;
		readonly session: Session;
		readonly relation: RelationName;
		readonly signal: AbortSignal;
	}): Promise<BulkLoaded & { readonly remarks: readonly Diagnostic[] }>;
}

/** The steps of building, testing or hooking one node. Throws TfmError for what this version cannot build. */
export type PlanNode = (input: PlanInput) => Plan<NodePlan>;
/** What a build will leave behind, known without building it. Throws TfmError as PlanNode does. */
export type DescribeCandidate = (input: BuildInput) => Candidate;
/** dbt's rules for a test's outcome. */
export type JudgeTest = (outcome: TestOutcome, test: TestNode, options: { readonly warnError: boolean }) => TestVerdict;

export interface TestVerdict {
	readonly status: Extract<NodeStatus, "pass" | "warn" | "fail">;
	/** Null for a pass. */
	readonly message: string | null;
	readonly failures: number;
}

/** dbt's rule for the age of a source, in seconds. */
export type JudgeFreshness = (age: number, criteria: FreshnessCriteria) => FreshnessVerdict;
export type FreshnessVerdict = Extract<NodeStatus, "pass" | "warn" | "error">;

/** dbt's rule: the same rows in any order, compared as Python prints their values. Never rejects. */
export type JudgeUnitTest = (table: ResultTable) => Promise<UnitTestVerdict>;

export interface UnitTestVerdict {
	readonly status: Extract<NodeStatus, "pass" | "fail">;
	/** dbt's difference of the two tables; null for a pass. */
	readonly message: string | null;
	readonly failures: 0 | 1;
	/** Rows that only one side has, `actual` or `expected` in the first column; null for a pass. */
	readonly differences: ResultTable | null;
}

/** What the run needs from the other rooms. The adapter is open; closing it is the caller's. */
export interface RunPorts {
	readonly adapter: Adapter;
	readonly compiler: CompilerPort;
	readonly state: StateStore;
	readonly planNode: PlanNode;
	readonly describeCandidate: DescribeCandidate;
	readonly judgeTest: JudgeTest;
	readonly judgeUnitTest: JudgeUnitTest;
	readonly judgeFreshness: JudgeFreshness;
	/** What the statements of a node, or of none, carry for whoever watches the server. Absent: nothing. */
	readonly commentOf?: (node: NodeId | null) => StatementComment | null;
	/** An empty embedded database for unit tests whose inputs the target lacks; the same at every call, closed by the caller. */
	readonly openScratch: () => Promise<Adapter>;
	/** Columns of a model or snapshot as its SQL is read, without a database; a type may not be known. Empty: nothing is. */
	readonly inferColumns: (id: NodeId) => Promise<readonly { readonly name: string; readonly type?: string }[]>;
	/** Why two runs of a query over the same inputs may differ, in words that go on "it …"; null: they do not. `known`: its inputs as it calls them. */
	readonly unsteadyQuery: (sql: string, known: readonly string[]) => string | null;
	/** The same text for two queries only when they are the same but for comments and white space. */
	readonly queryAsRead: (sql: string) => string;
	/** What a node's hooks and its materialization use of the project: macros, variables, environment variables. */
	readonly surroundingsOf: (node: BuildableNode) => { readonly hash: string; readonly unsteady: string | null };
	/** Whether values of a column that a test shows may be personal, along lineage. Asked of tests that found something. */
	readonly personalColumns: (test: NodeId) => Promise<(column: string) => boolean>;
	/** Runs what the source's `before:` asks for. Outside of any transaction; the files are looked for afterwards. */
	readonly fetchSource: (source: SourceNode, signal: AbortSignal) => Promise<void>;
	readonly loadSource: (input: LoadInput) => Promise<LoadOutcome>;
	readonly seed: SeedPort;
	/** Which tests the warehouse is to do by itself; null: none asks for it. */
	readonly nativeTests: NativePlan | null;
	readonly emit: Emit;
	/** Keeps, outside of the database, how a run ended that lost its server; a later command writes it down there. */
	readonly leaveUnrecorded: (ended: UnrecordedRun) => void;
	readonly clock: () => Date;
	/** Resolves after so many milliseconds, or rejects when the signal aborts. */
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
	readonly signal: AbortSignal;
}
