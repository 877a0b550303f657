import type { BoundStatement, Candidate, CandidateKind, DeltaApplication, Session } from "./adapter.ts";
import type { AlertItem } from "./alerts.ts";
import type { EventWindow } from "./eventTime.ts";
import type {
	ColumnsRow,
	PastNodeRun,
	PastTrace,
	RunHistory,
	TestRate,
	TestResultRow,
	UsualDuration,
} from "./history.ts";
import type { BuiltIntervals } from "./intervals.ts";
import type { LandingTable } from "./landingTable.ts";
import type { NodeId } from "./node.ts";
import type { RelationName } from "./relation.ts";
import type { HeldReason } from "./result.ts";

/** Whose runs: those of a project on one target. Two targets may share a database, and two people a target's name. */
export interface ProjectTarget {
	readonly project: string;
	readonly target: string;
	/** The target's own, which its profile names. */
	readonly schema: string;
}

/** In which schema each node's relation is on this target. Of two targets with one database each has its own. */
export type TablesHere = ReadonlyMap<NodeId, string>;

/** A node's relation in one schema. */
export interface TablePlace {
	readonly node: NodeId;
	readonly schema: string;
}

export interface RunRow {
	readonly runId: string;
	readonly project: string;
	/** Absent: written down by a tfm that did not know of targets; it counts for whichever is asked about. */
	readonly target?: string;
	/** The target's own schema; present with it. */
	readonly schema?: string;
	readonly command: string;
	readonly host: string;
	readonly pid: number;
	readonly startedAt: string;
	/** The command line, secrets replaced; absent: it was not written down. */
	readonly args?: string;
	/** Absent: the project is in no git repository, or an earlier tfm wrote it. */
	readonly checkout?: Checkout;
	/** What started the run, as far as its environment tells; absent: a person, or nobody that says so. */
	readonly trigger?: RunTrigger;
}

/** The commit that the files of a project are of. */
export interface Checkout {
	readonly commit: string;
	/** Files that git knows are other than in the commit. */
	readonly uncommitted: boolean;
}

/** The orchestrator's own name for a run. */
export interface RunTrigger {
	/** `airflow`, `github`, … */
	readonly system: string;
	readonly id: string;
	/** A page about it. */
	readonly url?: string;
	/** What else it says: the DAG, the task, the workflow. */
	readonly about?: { readonly [name: string]: string };
}

/** A candidate that stands in a shadow schema, and what it was made of, so that `retry` can tell whether to reuse it. */
export interface CandidateRow {
	/** The project that runs; a node of a package may stand in several projects of one database. */
	readonly project: string;
	readonly runId: string;
	readonly node: NodeId;
	readonly candidate: RelationName;
	readonly target: RelationName;
	readonly kind: CandidateKind;
	/** sha256 of the SQL with published names and of the config that shapes the relation. */
	readonly codeHash: string;
	/** sha256 over the identities of all inputs: published generation or candidate of each. */
	readonly inputsHash: string;
	/** Rows, status: the adapter response when it was built, as JSON text. */
	readonly response: string;
	/** Incremental models and snapshots: how the rows come into the target. Absent where the candidate takes its place. */
	readonly apply?: DeltaApplication;
}

/** What a published relation was made of, so that `--changed` can tell whether building it again would change it. */
export interface BuildFacts {
	/** Another text for each build. */
	readonly version: string;
	/** Versions of what it was built from, by id; null: what there is no version of. */
	readonly inputs: { readonly [id: string]: string | null };
	readonly kind: CandidateKind;
	/** Which way it was built: an incremental model whole, or by its new rows. */
	readonly mode: string;
	/** Hash of what its hooks and its materialization use of the project's macros and values. */
	readonly surroundings: string;
	/** Why building it from the same inputs may give other rows, in words that go on "it …"; null: it does not. */
	readonly unsteady: string | null;
}

/** Which run last published a relation. */
export interface PublishedRow {
	readonly node: NodeId;
	readonly runId: string;
	readonly codeHash: string;
	readonly publishedAt: string;
	/** Null: it is not known. Put back by a rollback, let through by a person, built in part, or by an earlier tfm. */
	readonly build: BuildFacts | null;
}

/** One landing file taken in. */
export interface LoadedFileRow extends LandingTable {
	/** Relative to the project root; of a stage: `@stage/path`. */
	readonly path: string;
	readonly bytes: number;
	/** sha256, hex; of a stage: what the store calls the bytes, and how many they are. */
	readonly contentHash: string;
	readonly rows: number;
	readonly rejects: number;
	readonly runId: string;
	readonly loadedAt: string;
}

/** How a run ended; `killed`: its process is gone and never said. */
export type RunStatus = "success" | "failed" | "cancelled" | "killed";

/** How a run ended that could not say so in the database: its server was lost. */
export interface UnrecordedRun {
	readonly runId: string;
	readonly project: string;
	readonly startedAt: string;
	readonly status: RunStatus;
	readonly endedAt: string;
	/** Null: no history is kept, or it broke off before the first node. Without columns and measures, which only the server knew. */
	readonly history: RunHistory | null;
}

/** A relation that a run writes, so that no other run does. The database is the one that the session is in. */
export interface LeaseRow {
	readonly schema: string;
	readonly identifier: string;
	readonly runId: string;
}

/** Why a gate closed: one test or node of its layer. */
export interface GateFailureRow {
	readonly runId: string;
	readonly project: string;
	readonly layer: string;
	readonly node: NodeId;
	readonly status: string;
	readonly failures: number | null;
}

/** A candidate that a gate held back, with all that publishing it takes. */
export interface HeldRow {
	readonly runId: string;
	readonly project: string;
	readonly layer: string;
	readonly node: NodeId;
	/** The run that built it; another one where `retry` used it again. */
	readonly builtBy: string;
	readonly codeHash: string;
	readonly inputsHash: string;
	readonly seedHash: string | null;
	readonly candidate: Candidate;
	readonly reason: HeldReason;
}

/** A person's word that a test's failure may pass. */
export interface AcceptanceRow {
	readonly runId: string;
	readonly project: string;
	readonly layer: string;
	readonly test: NodeId;
	readonly acceptedBy: string;
	readonly reason: string;
	readonly acceptedAt: string;
	/** The run of `tfm publish` that let it through. */
	readonly publishedBy: string;
}

/** What a run put in a relation's place. `generation` is the id of the run that published it first. */
export interface GenerationRow {
	readonly project: string;
	readonly node: NodeId;
	readonly generation: string;
	readonly layer: string;
	readonly codeHash: string;
	readonly seedHash: string | null;
	/** As it was published: kind, target, a view's query with published names, grants, comments. */
	readonly candidate: Candidate;
	/** Where its rows are kept since it was replaced; null for the present one, and for views, whose query is enough. */
	readonly keptAs: RelationName | null;
}

/** Since when a generation stood in a node's place. */
export interface StoodRow {
	readonly project: string;
	readonly node: NodeId;
	readonly runId: string;
	readonly layer: string;
	readonly generation: string;
	readonly since: string;
}

/** A run as `tfm history` lists it. */
export interface PastRun extends RunRow {
	/** Null: it has not said how it ended. */
	readonly status: RunStatus | null;
	readonly endedAt: string | null;
	/** Layers that it published, in their order in time; empty in a project without layers. */
	readonly published: readonly string[];
	/** Relations whose present rows or query are of this run. */
	readonly standing: number;
	/** Layers that its gates held back, with how many candidates; sorted. */
	readonly held: readonly { readonly layer: string; readonly candidates: number }[];
	/** Tests that a person let through in this run, sorted. */
	readonly accepted: readonly NodeId[];
	/** Nodes that failed because the connection to the server was lost. */
	readonly lost: number;
}

/** An incident that a channel of a route was told of, or is to be told of, and that is not over. */
export interface AlertRow {
	readonly route: string;
	readonly channel: string;
	readonly item: AlertItem;
}

interface AlertPlace {
	readonly route: string;
	readonly channel: string;
}

/**
 * The memory of alerts, of one project on one target. A claim is the right to send: of several that ask, one gets it.
 */
export interface AlertLedger {
	open(): Promise<readonly AlertRow[]>;
	/** Keys that this run may send: not told yet, over since, or told before `remindBefore`. */
	claim(
		request: AlertPlace & {
			readonly runId: string;
			readonly at: string;
			readonly items: readonly AlertItem[];
			readonly remindBefore: string;
		},
	): Promise<ReadonlySet<string>>;
	/** Ends incidents; answers those that were open and told. */
	resolve(
		request: AlertPlace & { readonly runId: string; readonly at: string; readonly keys: readonly string[] },
	): Promise<ReadonlySet<string>>;
	/** Opens again what `resolve` ended: nobody heard that it is over. */
	reopen(
		request: AlertPlace & { readonly runId: string; readonly at: string; readonly items: readonly AlertItem[] },
	): Promise<void>;
	/** Takes claims back: nobody was told. */
	release(request: AlertPlace & { readonly keys: readonly string[] }): Promise<void>;
}

/** What a role may do with tfm's own tables; where it may not work with them, the statements that would let it. */
export type StateAccess =
	| { readonly kind: "ready" }
	| { readonly kind: "refused"; readonly role: string; readonly reason: string; readonly grants: readonly string[] };

/** tfm's own tables (schema `tfm_state`) in the warehouse. Statements for the caller's transaction are returned, not run. */
export interface StateStore {
	/** Whether the role may make or use the tables: one query, two where they may be of an older version. */
	access(session: Session): Promise<StateAccess>;
	/** Creates or upgrades the tables; cheap when current. Rejects with TFM-DB-022 where the role may not. */
	migrate(session: Session): Promise<void>;
	/**
	 * For commands that only read: upgrades tables that are there and creates none. False: there are none of this version
	 * that the role may read. Rejects as `migrate` does.
	 */
	upgrade(session: Session): Promise<boolean>;
	beginRun(session: Session, run: RunRow): Promise<void>;
	/** The run's last word; gives its leases back, in one transaction. A run that was taken for dead stays `killed`. */
	endRun(session: Session, runId: string, status: RunStatus, endedAt: string): Promise<void>;
	/**
	 * The same, said after the server came back: it wins over `killed`, by which another run may have taken it for dead, and
	 * over nothing else. Resolves to false where the database knows nothing of the run. In a transaction of its own.
	 */
	endRunLate(session: Session, ended: UnrecordedRun): Promise<boolean>;
	/** Runs that have not said how they ended, of all projects. */
	openRuns(session: Session): Promise<readonly RunRow[]>;
	/** Of these runs, as far as they wrote it down. */
	checkoutsOf(session: Session, runIds: readonly string[]): Promise<ReadonlyMap<string, Checkout>>;
	findRun(session: Session, runId: string): Promise<PastRun | null>;
	/** The newest first. */
	listRuns(session: Session, of: ProjectTarget, limit: number): Promise<readonly PastRun[]>;
	/** Runs whose process is gone: marked, and their leases freed. Waits for a publish of theirs that is being committed. */
	buryRuns(runIds: readonly string[], at: string): readonly BoundStatement[];

	/** Sent first in the transaction that reads and takes leases; until its end no other run can do so. */
	lockLeases(): BoundStatement;
	listLeases(session: Session): Promise<readonly LeaseRow[]>;
	takeLeases(runId: string, relations: readonly RelationName[]): readonly BoundStatement[];
	/** Answers one row that `holdsFence` where the run still holds what it writes, and keeps that so until the transaction ends. */
	fence(runId: string): BoundStatement;
	/** Waits until no transaction of the run stands behind its fence; then nothing of it can be committed any more. */
	awaitFenced(runId: string): BoundStatement;
	/** Which of these nodes this very run has published, not earlier than `since`. */
	publishedBy(
		session: Session,
		run: { readonly runId: string; readonly project: string; readonly since: string },
		nodes: readonly NodeId[],
	): Promise<ReadonlySet<NodeId>>;

	saveCandidate(row: CandidateRow): readonly BoundStatement[];
	listCandidates(session: Session, project: string): Promise<readonly CandidateRow[]>;
	forgetCandidates(project: string, places: readonly TablePlace[]): readonly BoundStatement[];

	savePublish(publish: {
		runId: string;
		project: string;
		/** A layer's name; null where a node is published by itself. */
		unit: string | null;
		at: string;
		nodes: readonly (TablePlace & { readonly codeHash: string; readonly build: BuildFacts | null })[];
	}): readonly BoundStatement[];
	listPublished(session: Session, project: string, here: TablesHere): Promise<ReadonlyMap<NodeId, PublishedRow>>;

	/**
	 * Tests that found nothing in what is now published under a node, by the hash of their text. Replaced as a whole with
	 * each publish of the node, so that they always speak of the present generation.
	 */
	testPasses(session: Session, project: string, here: TablesHere): Promise<ReadonlyMap<NodeId, ReadonlySet<string>>>;
	saveTestPasses(
		project: string,
		rows: readonly (TablePlace & { readonly tests: readonly string[] })[],
	): readonly BoundStatement[];

	/** What each test last passed over on this target: a hash of its text, its config and the versions of what it reads. */
	passedTests(session: Session, of: ProjectTarget): Promise<ReadonlyMap<NodeId, string>>;
	/** One statement, however many. */
	savePassedTests(of: ProjectTarget, passed: ReadonlyMap<NodeId, string>): readonly BoundStatement[];

	/** Content hash of each seed as last published, by node. */
	seedHashes(session: Session, project: string, here: TablesHere): Promise<ReadonlyMap<NodeId, string>>;
	saveSeedHash(project: string, place: TablePlace, hash: string): readonly BoundStatement[];

	/**
	 * The files whose rows are in this table. Entries without a table's name count where the table has none of its own
	 * and holds rows; a load then writes them down anew.
	 */
	loadedFiles(session: Session, table: LandingTable): Promise<readonly LoadedFileRow[]>;
	saveLoadedFile(row: LoadedFileRow): readonly BoundStatement[];
	forgetLoadedFiles(table: LandingTable): readonly BoundStatement[];

	saveGate(failures: readonly GateFailureRow[], held: readonly HeldRow[]): readonly BoundStatement[];
	gateFailures(session: Session, runId: string): Promise<readonly GateFailureRow[]>;
	/** In the order in which they were built. */
	heldBy(session: Session, runId: string): Promise<readonly HeldRow[]>;
	saveAcceptances(rows: readonly AcceptanceRow[]): readonly BoundStatement[];
	acceptancesOf(session: Session, runId: string): Promise<readonly AcceptanceRow[]>;

	/** What stands now, and where the replaced generations went. */
	saveGenerations(rows: readonly GenerationRow[], stood: readonly StoodRow[]): readonly BoundStatement[];
	/** Null where it is kept no longer. */
	moveGeneration(row: Pick<GenerationRow, "project" | "node" | "generation" | "keptAs">): readonly BoundStatement[];
	forgetGenerations(
		project: string,
		rows: readonly Pick<GenerationRow, "node" | "generation">[],
	): readonly BoundStatement[];
	/** Of a layer, with its whole history, the oldest first. */
	listGenerations(
		session: Session,
		project: string,
		layer: string,
	): Promise<{ readonly generations: readonly GenerationRow[]; readonly stood: readonly StoodRow[] }>;

	/** Whether the tables of the history are there and may be written: a run that only tests makes none. */
	canRecord(session: Session): Promise<boolean>;
	/** A run that wrote nothing, once it has ended. */
	recordRun(run: RunRow, status: RunStatus, endedAt: string): readonly BoundStatement[];
	/** One statement per table, however many rows. */
	saveHistory(history: RunHistory): readonly BoundStatement[];
	/** Forgets what is older than `before`, but nothing that a rollback, a retry or a publish may still ask for. */
	purgeHistory(project: string, before: string): readonly BoundStatement[];
	/** Windows of time that are in the published tables of microbatch models now. */
	saveIntervals(
		run: Pick<RunHistory, "project" | "runId" | "at">,
		built: readonly BuiltIntervals[],
	): readonly BoundStatement[];
	builtIntervals(
		session: Session,
		project: string,
		of: Pick<BuiltIntervals, "node" | "schema">,
	): Promise<readonly EventWindow[]>;
	/** Of the last successes of each node and test. */
	usualDurations(session: Session, of: ProjectTarget): Promise<ReadonlyMap<NodeId, UsualDuration>>;
	/** The last `limit` runs with all that they did, and the last result of everything; empty where no history was ever written. */
	pastTrace(session: Session, of: ProjectTarget, limit: number): Promise<PastTrace>;
	/** The newest first. */
	nodeRuns(session: Session, of: ProjectTarget, node: NodeId, limit: number): Promise<readonly PastNodeRun[]>;
	/** Of tests that ran since then, by id. */
	testRates(session: Session, of: ProjectTarget, since: string): Promise<readonly TestRate[]>;
	/** Relations that carry native tests since a run of the project put them there: `schema\0identifier`. Only where an engine has them. */
	nativeRelations(session: Session, project: string): Promise<ReadonlySet<string>>;
	saveNativeRelation(project: string, relation: RelationName, carries: boolean): readonly BoundStatement[];
	/** When the newest result that was read of native tests was due; null: none was. */
	lastNativeResult(session: Session, of: ProjectTarget): Promise<string | null>;
	/** What the warehouse found by itself, as results of no run. Rows that are there are written anew. */
	saveNativeResults(of: ProjectTarget, rows: readonly TestResultRow[]): readonly BoundStatement[];
	/** The columns of each of these nodes as last written down. */
	latestColumns(
		session: Session,
		project: string,
		here: TablesHere,
	): Promise<ReadonlyMap<NodeId, ColumnsRow["columns"]>>;
}

/** What alerts ask of tfm's own tables. */
export interface AlertStore {
	/** The database's; each of its calls is a transaction of its own on a session that it borrows. */
	ledger(
		borrow: <T>(work: (session: Session) => Promise<T>) => Promise<T>,
		about: { readonly project: string; readonly target: string },
	): AlertLedger;
	/** When a layer was last published, and the first time since a moment; null: never. */
	layerPublishes(
		session: Session,
		about: ProjectTarget & { readonly layer: string; readonly since: string },
	): Promise<{ readonly last: string | null; readonly firstSince: string | null }>;
	/** Seconds that the last successful runs with the same words took, the newest first. */
	runSeconds(
		session: Session,
		about: ProjectTarget & { readonly args: string; readonly limit: number },
	): Promise<readonly number[]>;
}
