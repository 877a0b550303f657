import type { BuildDialect } from "./buildDialect.ts";
import type { ColumnTypes } from "./columnTypes.ts";
import type { CompareDialect } from "./compareDialect.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LandingDialect } from "./landingDialect.ts";
import type { NativeReport, NativeResult, NativeSubject } from "./nativeTests.ts";
import type { NodeId } from "./node.ts";
import type { ColumnInfo, QuotePolicy, RelationInfo, RelationName, RelationSize } from "./relation.ts";
import type { CellValue, ResultTable } from "./resultTable.ts";

/** How well an engine does something: by itself, by our doing, or not at all. */
export type Support = "full" | "emulated" | "unsupported";

export interface Capabilities {
	/** Sessions that can work at once; 1 for the embedded database, whatever `threads` says. */
	readonly concurrency: number;
	readonly transactionalDdl: Support;
	/** A transaction inside another one can fail alone. */
	readonly savepoints: Support;
	readonly atomicReplace: Support;
	readonly clone: Support;
	readonly swap: Support;
	readonly cancel: Support;
	readonly timeout: Support;
	readonly mergeStatement: Support;
}

export interface StatementOptions {
	readonly timeoutMs?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Goes with the text to the server, for whoever reads its list of statements. */
	readonly comment?: StatementComment | undefined;
	/** Outside of a transaction: nothing that the session was set to is needed behind it, so it may be put back with it. */
	readonly last?: boolean | undefined;
}

/** `append`: behind the text instead of before it. The comment holds no end of a comment. */
export interface StatementComment {
	readonly text: string;
	readonly append: boolean;
}

/** What a statement (or the last of several) did, in dbt's adapter_response terms: `_message`, `code`, `rows_affected`. */
export interface ExecuteResult {
	readonly status: string;
	readonly rowCount: number | null;
	readonly notices: readonly string[];
	/** What the server calls the last statement, where it gives each a name. */
	readonly queryId?: string;
}

export interface BoundStatement {
	readonly sql: string;
	readonly binds: readonly CellValue[];
}

/** One of `Session.atOnce`; `often`: the same text is sent again and again, so that it is worth keeping prepared. */
export interface OwnStatement extends BoundStatement {
	readonly often?: boolean;
}

/** Rows on their way into a table: every value is text or null, the table's column types decide. */
export interface BulkLoad {
	readonly relation: RelationName;
	readonly columns: readonly string[];
	readonly rows: AsyncIterable<readonly (readonly (string | null)[])[] | CopyText>;
}

/**
 * Whole rows as UTF-8 text: fields parted by tabs, a newline behind each row, null as \\N, and a backslash before n, r, t
 * or another backslash where the value holds that character. The loader of every engine reads it, and a reader of files
 * can write it without an object for each value. The bytes are given away: they may be sent to another thread.
 */
export interface CopyText {
	readonly data: Uint8Array;
	readonly rows: number;
}

/** What a bulk load did. */
export interface BulkLoaded {
	readonly rows: number;
	/** The warehouse's own name for the statement that brought them, where it has one and there were any. */
	readonly queryId?: string;
}

/** One pinned connection. Every method rejects with DatabaseError, or with the signal's reason when cancelled. */
export interface Session {
	/** Raw SQL, several statements allowed, sent as one message; no binds, nothing rewritten. */
	execute(sql: string, options?: StatementOptions): Promise<ExecuteResult>;
	/**
	 * All rows in memory, so bound them. With `$1` binds one statement; without, several may stand in `sql` and the
	 * answer is the last one's, as dbt's run_query has it.
	 */
	query(sql: string, binds?: readonly CellValue[], options?: StatementOptions): Promise<ResultTable>;
	/**
	 * One statement of the open transaction whose answer nobody needs: it goes with the next message, before it, at the
	 * latest with the commit. What it is refused with, that message is refused with. `own`: it runs no code of the project
	 * and changes no setting beyond its transaction. Where somebody's SQL has ended the transaction (`mayEnd`) it stands alone.
	 */
	later(sql: string, binds?: readonly CellValue[], how?: { readonly own?: boolean }): void;
	/**
	 * All of them in one message, where the engine can; nothing of them stays when one is refused, and the answer is the
	 * last one's. Single statements of tfm's own, which run no code of the project and change no setting beyond their
	 * transaction: the session is as it was. Absent where it cannot, and while a transaction is open.
	 */
	readonly atOnce?:
		| ((statements: readonly OwnStatement[], options?: StatementOptions) => Promise<ResultTable>)
		| undefined;
	/** Rows in batches, memory bounded. */
	stream(sql: string, options?: StatementOptions): AsyncIterable<ResultTable>;
	/**
	 * begin … commit around `work`; rollback when it rejects. Nested calls become savepoints. `mayEnd`: somebody's SQL in
	 * it may commit by itself (hooks do, and dbt lets them); what comes after that stands alone. `last`: nothing that the
	 * session was set to is needed behind it, so it may be put back with the commit.
	 */
	transaction<T>(work: () => Promise<T>, options?: { readonly mayEnd?: boolean; readonly last?: boolean }): Promise<T>;
	/**
	 * The text as the last of the open transaction: `behind`, single statements of tfm's own, and the commit go with it in
	 * one message, and what it is refused with may be one of those. The answer is the text's. Undefined: it cannot be done so here, and
	 * nothing was sent. Absent: it never can.
	 */
	readonly executeAndCommit?: (
		sql: string,
		behind: readonly string[],
		options?: StatementOptions,
	) => Promise<ExecuteResult | undefined>;
	/** Bulk rows in. Takes part in the surrounding transaction. */
	bulkLoad(load: BulkLoad, options?: StatementOptions): Promise<BulkLoaded>;
	/**
	 * All relations of these schemas in one catalog query; a missing schema has none. `database`, as it is stored, says in
	 * which one they are where the engine reads several; without it the profile's.
	 */
	listRelations(schemas: readonly string[], database?: string): Promise<readonly RelationInfo[]>;
	/**
	 * What stands under one name now. Where a listing is kept for a run, what is in it is not asked again, and what is not
	 * in it is. Absent: the engine lists at no cost.
	 */
	relationAt?(relation: RelationName): Promise<RelationInfo | undefined>;
	/** Columns of all these relations in one catalog query, by relationKey; a missing relation is absent. */
	listColumns(relations: readonly RelationName[]): Promise<ReadonlyMap<string, readonly ColumnInfo[]>>;
	listSchemas(database?: string): Promise<readonly string[]>;
	/** Rows and bytes of all these relations in one catalog query, by relationKey; a missing relation is absent. */
	listSizes(relations: readonly RelationName[]): Promise<ReadonlyMap<string, RelationSize>>;
}

/** How the engine writes names and types. Pure. */
export interface Dialect {
	readonly name: string;
	readonly maxIdentifierBytes: number;
	readonly defaultQuoting: QuotePolicy;
	quote(identifier: string): string;
	literal(value: CellValue): string;
	render(relation: RelationName, policy?: QuotePolicy): string;
	/** True for a schema that the engine does not let anybody make. */
	isReservedSchema(name: string): boolean;
	/** The case in which the engine stores a bare name. */
	fold(identifier: string): string;
	/** What the catalog calls a database that is written bare. Where a connection reaches one only, that is its own name. */
	storedDatabase(name: string): string;
	/** A connection reads relations of several databases; else the name of its own may be left out, or change. */
	readonly readsDatabases: boolean;
	/** What the catalog calls a schema that a statement names so: Postgres cuts a name that is too long. */
	storedSchema(name: string): string;
	/** The catalog knows when each table was changed last (dbt: TableLastModifiedMetadata). */
	readonly keepsChangeTimes: boolean;
	/** The statement after which a transaction reads all as of one moment; null: there is none, and each statement has its own. */
	readonly readsOneMoment: string | null;
	/** What templates call a relation that the engine keeps up to date. */
	readonly upToDateType: "materialized_view" | "dynamic_table";
	readonly columnTypes: ColumnTypes;
	readonly building: BuildDialect;
	readonly landing: LandingDialect;
	readonly comparing: CompareDialect;
	/** The name of a printed type in the comparison of a contract's columns, the same for types that dbt takes for one. */
	typeLabel(type: string): string;
}

/** How one relation is to be published, chosen by the publisher while it plans. */
export type PublishWay = "new" | "swap" | "replace" | "keep" | "apply";

export type CandidateKind = "table" | "view" | "materialized_view";

/**
 * New rows for a target that keeps its identity. The delta is a table in the shadow schema: sessions of the audit
 * must see it, so it cannot be temporary, and a crash before the publish must not empty it, so it cannot be unlogged.
 * Tests read the candidate, a view of what the target will be.
 */
export interface DeltaApplication {
	readonly delta: RelationName;
	/** Sent in order inside the publish transaction; they name the published target. Readers go on meanwhile. */
	readonly statements: readonly string[];
	/** Added to the target in a short transaction of its own before the publish: the set of rows does not change. */
	readonly addColumns: readonly { readonly name: string; readonly type: string }[];
	/** Dropped at the end of the publish, under its exclusive locks. */
	readonly dropColumns: readonly string[];
	/**
	 * Set where the delta, as it stands, is every row that the publish adds or changes, with all columns of the target:
	 * a test that looks at one row at a time need not read more. `key`: the columns by which older rows are replaced.
	 */
	readonly wholeRows?: { readonly key: readonly string[] };
	/** Absent: nothing is known of the config, and what the table has stays. */
	readonly table?: ConfiguredTable;
}

/**
 * What the config asks of a table that stays beyond its rows. The publisher compares it with the table as it finds it:
 * indexes follow the config, what only a new table can have is told.
 */
export interface ConfiguredTable {
	/** `definition`: from the method on, as configured. */
	readonly indexes: readonly {
		readonly name: string;
		readonly unique: boolean;
		readonly definition: string;
		/** The statement that makes it on the published table. */
		readonly create: string;
	}[];
	readonly unlogged: boolean;
	/** `range (day)` and the names of the partitions' tables; null: the config says nothing of it. */
	readonly partitioned: { readonly key: string; readonly partitions: readonly string[] } | null;
}

/** A replaced relation that was kept. */
export interface KeptGeneration {
	readonly node: NodeId;
	readonly relation: RelationName;
	readonly kind: "table" | "materialized_view";
}

/** A column as the project documents it. */
export interface ColumnComment {
	readonly column: string;
	/** `quote: true`: the name is meant as it is written; else the case of the column does not matter. */
	readonly quoted: boolean;
	/** Empty: nothing is said of it, and what is there stays. */
	readonly text: string;
}

/** A relation built aside, waiting to take its target's place. */
export interface Candidate {
	readonly node: NodeId;
	/** What stands in the shadow schema; with `apply` a view or a copy of what the target will be. */
	readonly kind: CandidateKind;
	readonly candidate: RelationName;
	readonly target: RelationName;
	/** A view's or materialized view's query with published names only; required for these. */
	readonly finalSql?: string;
	/** The statement that makes a view under its published name, where its query alone does not say it all. */
	readonly create?: string;
	/** Set for incremental models and snapshots: the target stays, rows are brought into it. */
	readonly apply?: DeltaApplication;
	/** Where the relation that is replaced is kept instead of dropped (a previous generation); the schema is made if missing. */
	readonly keepAs?: RelationName;
	/** What the node's config asks for; `swap` lets the publisher choose. */
	readonly publish: "swap" | "keep";
	/**
	 * A table that cannot be swapped takes the rows under its own columns and types, as far as it has them: what dbt does
	 * with a seed unless it is asked for a full refresh.
	 */
	readonly fitsTable?: boolean;
	/** Grants the node's config asks for: privilege → grantees; undefined leaves what is there. */
	readonly grants?: Readonly<Record<string, readonly string[]>>;
	/** Comments to set (persist_docs); undefined keeps what the target has. */
	readonly comment?: string;
	readonly columnComments?: readonly ColumnComment[];
	/** A table for which nothing was taken over, since its target had nothing: what has come since is taken over by the publish. */
	readonly undressed?: boolean;
	/** Nodes of the same request that this one reads: refused with them. Absent: unknown, so refused with any earlier one. */
	readonly inputs?: readonly NodeId[];
	/** Candidates of one group are published together or not at all. */
	readonly publishGroup?: string;
}

export interface PublishRequest {
	readonly project: string;
	readonly runId: string;
	/** What is published together: a layer's name, or a node id where each node is its own unit. */
	readonly unit: string;
	/** In DAG order. */
	readonly candidates: readonly Candidate[];
	/** Statements of the state store that must commit or fail with the publish; a function is told what really goes (not what was refused). */
	readonly record: readonly BoundStatement[] | ((done: PublishDone) => readonly BoundStatement[]);
	/**
	 * Sent in the transaction; its answer must say that the run `holdsFence`, else the run no longer holds
	 * what it writes and nothing is changed (TFM-PUB-013). Should lock what it reads until the commit.
	 */
	readonly fence?: BoundStatement;
	/** How long to wait for locks and older snapshots, milliseconds. */
	readonly lockTimeoutMs: number;
	/** True: a view or foreign key of others that cannot be kept goes with what it hangs on (dbt), in place of a refusal. */
	readonly cascade?: boolean;
	readonly signal?: AbortSignal;
}

export interface PublishDone {
	readonly published: readonly NodeId[];
	readonly kept: readonly KeptGeneration[];
}

export interface PublishReport {
	readonly kept: readonly KeptGeneration[];
	readonly ways: readonly { readonly node: NodeId; readonly way: PublishWay }[];
	readonly waitedMs: number;
	readonly lockedMs: number;
	readonly warnings: readonly string[];
	/** What a node's config asks for and its table, which stays, cannot be given. */
	readonly ignored?: readonly { readonly node: NodeId; readonly diagnostic: Diagnostic }[];
	/** What was dropped with the relations that it hung on; absent: nothing. */
	readonly lost?: readonly {
		readonly node: NodeId;
		/** `view bi.sums`, as the server describes it. */
		readonly what: string;
		readonly owner: string | null;
		readonly why: string;
		/** Itself; of a constraint, its table. */
		readonly relation: { readonly schema: string; readonly identifier: string };
	}[];
	/** Candidates that could not be published, with the reason (TFM-PUB-00N); the rest was. Empty when all went. */
	readonly refused: readonly {
		readonly node: NodeId;
		readonly code: string;
		readonly reason: string;
		/** In full, with what to do; absent where the node only goes down with another one. */
		readonly diagnostic?: Diagnostic;
	}[];
}

/** A schema that the role cannot build candidates in, and the statement that would let it. */
export interface ClosedSchema {
	readonly schema: string;
	readonly grant: string;
}

/** Builds aside and publishes; the SQL behind it is the engine's own. */
export interface Publisher {
	/** Where the candidate of `target` stands: same name, shadow schema `tfm_c_<hash>_<schema>`. */
	candidateOf(project: string, target: RelationName): RelationName;
	/** Shadow schemas of these targets that the role may neither make nor build in; sorted. */
	closedSchemas(session: Session, project: string, targets: readonly RelationName[]): Promise<readonly ClosedSchema[]>;
	/**
	 * The same for a role that may make no schemas: candidates stand beside their targets under names of their own
	 * (`tfm_c_…`), two of one target apart by `owner`. For units of one node; nothing can be tested over a candidate.
	 */
	beside(owner: string): Publisher;
	/** Creates the shadow schemas (readers have no usage there) and the target schemas, where missing. */
	ensureSchemas(session: Session, project: string, targets: readonly RelationName[]): Promise<void>;
	/** Drops candidates and leftovers of earlier runs in the shadow schemas of these targets, except `keep`; never cascades to what is not tfm's. */
	dropStale(
		session: Session,
		project: string,
		targets: readonly RelationName[],
		keep: readonly RelationName[],
	): Promise<readonly RelationName[]>;
	/**
	 * Gives a freshly built candidate what its target has and must keep (keys, indexes, checks …), then analyzes it. Within
	 * a transaction; the analysis may go with what is sent next. A violation rejects with DatabaseError. `undressed`: the
	 * target is known to have nothing, so it is not asked for; the candidate is to say so when it is published.
	 */
	dress(session: Session, candidate: Candidate): Promise<{ readonly warnings: readonly string[] }>;
	/** Those of these targets, by relationKey, that have something to take over, in one query; absent: it is asked of each. */
	readonly carrying?: (session: Session, targets: readonly RelationName[]) => Promise<ReadonlySet<string>>;
	/** Where the relation that `target` is now is kept when a later run replaces it: same name, schema `tfm_g_<hash>_<schema>`, one for each run that published. */
	generationOf(project: string, target: RelationName, publishedBy: string): RelationName;
	/** Drops kept generations that are there, with their schema when it is then empty; never cascades to what is not tfm's. */
	dropGenerations(session: Session, relations: readonly RelationName[]): Promise<void>;
	/** One transaction for all candidates of the request (docs/adr on publishing). */
	publish(session: Session, request: PublishRequest): Promise<PublishReport>;
}

export interface AdapterFacts {
	/** What the profile calls it. */
	readonly adapter: "pglite" | "postgres" | "snowflake";
	/** What templates see as `target.type` and `adapter.type()`. */
	readonly type: string;
	/** e.g. "PostgreSQL 18.1 (embedded)"; known after open. */
	readonly version: string;
}

/**
 * Who works in the database. A run whose process died has no session left on the server, or only statements that are
 * still on their way to their end; it is over when all of them are gone.
 */
export interface Presence {
	/** Marks this adapter's sessions, those open and those to come, as the run's. */
	announce(runId: string): Promise<void>;
	/** Which of these runs have a session. The embedded database knows only its own process. */
	living(session: Session, runIds: readonly string[]): Promise<ReadonlySet<string>>;
	/** Ends sessions of a run whose coordinating process is gone, where the server allows it; false: some are left. */
	endOrphans(session: Session, runId: string): Promise<boolean>;
}

/** What an engine does for native tests. Each method rejects with DatabaseError for what the server refuses. */
export interface NativeTests {
	/** Makes the relation carry what is asked of it and nothing else of tfm's. What it carries already is left as it is. */
	put(session: Session, subject: NativeSubject): Promise<NativeReport>;
	/** No function runs on this relation any more, whatever it carries: it was replaced and is kept aside. */
	rest(session: Session, relation: RelationName): Promise<void>;
	/** Counts now; a test that the relation does not carry is absent. */
	evaluate(session: Session, subject: NativeSubject): Promise<ReadonlyMap<NodeId, number>>;
	/** What was found on the schedule after `since` (ISO), the oldest first. */
	results(session: Session, subject: NativeSubject, since: string): Promise<readonly NativeResult[]>;
}

/** A database. Opening locks and connects; nothing is imported or touched before. */
export interface Adapter {
	readonly facts: AdapterFacts;
	readonly capabilities: Capabilities;
	readonly dialect: Dialect;
	readonly publisher: Publisher;
	readonly presence: Presence;
	/** Absent: the engine tests nothing by itself. */
	readonly nativeTests?: NativeTests;
	open(options?: { readonly signal?: AbortSignal }): Promise<void>;
	/** Idempotent; releases locks even after failures. */
	close(): Promise<void>;
	/**
	 * A pinned session, reset (search_path, role, settings, open transaction) before it is handed out. Waits when all are
	 * busy. Not for the work of another session to call: where there is one connection, that throws.
	 */
	withSession<T>(work: (session: Session) => Promise<T>, options?: SessionOptions): Promise<T>;
}

export interface SessionOptions {
	/** Whose machines do the session's work, where an engine has several (Snowflake); as the config has it. */
	readonly warehouse?: string | undefined;
}
