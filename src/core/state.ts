import type { BoundStatement, CandidateKind, DeltaApplication, Session } from "./adapter.ts";
import type { NodeId } from "./node.ts";
import type { RelationName } from "./relation.ts";

export interface RunRow {
	readonly runId: string;
	readonly project: string;
	readonly command: string;
	readonly host: string;
	readonly pid: number;
	readonly startedAt: string;
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

/** Which run last published a relation. */
export interface PublishedRow {
	readonly node: NodeId;
	readonly runId: string;
	readonly codeHash: string;
	readonly publishedAt: string;
}

/** One landing file taken in. */
export interface LoadedFileRow {
	readonly source: NodeId;
	/** Relative to the project root. */
	readonly path: string;
	readonly bytes: number;
	/** sha256, hex. */
	readonly contentHash: string;
	readonly rows: number;
	readonly rejects: number;
	readonly runId: string;
	readonly loadedAt: string;
}

/** tfm's own tables (schema `tfm_state`) in the warehouse. Statements for the caller's transaction are returned, not run. */
export interface StateStore {
	/** Creates or upgrades the tables; cheap when current. */
	migrate(session: Session): Promise<void>;
	beginRun(session: Session, run: RunRow): Promise<void>;
	endRun(session: Session, runId: string, status: "success" | "failed" | "cancelled", endedAt: string): Promise<void>;

	saveCandidate(row: CandidateRow): readonly BoundStatement[];
	listCandidates(session: Session, project: string): Promise<readonly CandidateRow[]>;
	forgetCandidates(project: string, nodes: readonly NodeId[]): readonly BoundStatement[];

	savePublish(publish: {
		runId: string;
		project: string;
		unit: string;
		at: string;
		nodes: readonly { node: NodeId; codeHash: string }[];
	}): readonly BoundStatement[];
	listPublished(session: Session, project: string): Promise<ReadonlyMap<NodeId, PublishedRow>>;

	/**
	 * Tests that found nothing in what is now published under a node, by the hash of their text. Replaced as a whole with
	 * each publish of the node, so that they always speak of the present generation.
	 */
	testPasses(session: Session, project: string): Promise<ReadonlyMap<NodeId, ReadonlySet<string>>>;
	saveTestPasses(
		project: string,
		rows: readonly { readonly node: NodeId; readonly tests: readonly string[] }[],
	): readonly BoundStatement[];

	/** Content hash of each seed as last published, by node. */
	seedHashes(session: Session, project: string): Promise<ReadonlyMap<NodeId, string>>;
	saveSeedHash(project: string, node: NodeId, hash: string): readonly BoundStatement[];

	loadedFiles(session: Session, source: NodeId): Promise<readonly LoadedFileRow[]>;
	saveLoadedFile(row: LoadedFileRow): readonly BoundStatement[];
	forgetLoadedFiles(source: NodeId): readonly BoundStatement[];
}
