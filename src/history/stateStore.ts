/**
 * tfm's own tables, in the schema tfm_state of the warehouse: runs, candidates that stand, what was published by which
 * run, content hashes of seeds, the ledger of landing files. knex writes the SQL and the adapter's own session runs it,
 * so that a ledger row commits or fails with the load it records. The SQL of models never comes near knex.
 */
import type { CandidateKind, DeltaApplication, Session } from "../core/adapter.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { CellValue } from "../core/resultTable.ts";
import type { CandidateRow, LoadedFileRow, PublishedRow, StateStore } from "../core/state.ts";
import { bound } from "./bound.ts";
import { migrate } from "./migrate.ts";
import { STATE_SCHEMA } from "./migrations.ts";

type Row = Readonly<Record<string, CellValue>>;

/** The wire counts binds in 16 bits; rows have five columns at most where many go at once. */
const ROWS_PER_STATEMENT = 1_000;

function* chunks<T>(items: readonly T[]): Generator<T[]> {
	for (let i = 0; i < items.length; i += ROWS_PER_STATEMENT) yield items.slice(i, i + ROWS_PER_STATEMENT);
}

/** knex (60–100 ms) is imported here and not before: commands that read no state do not pay for it. */
export async function createStateStore(): Promise<StateStore> {
	const { default: knex } = await import("knex");
	const k = knex({ client: "pg" });
	const table = (name: string) => k(name).withSchema(STATE_SCHEMA);

	async function rowsOf(session: Session, query: ReturnType<typeof table>): Promise<readonly Row[]> {
		const [statement] = bound(query);
		const result = await session.query(statement!.sql, statement!.binds);
		return result.rows.map((row) => Object.fromEntries(result.columns.map((c, i) => [c.name, row[i]!])));
	}

	/** Rows of distinct keys, a thousand to a statement: a unit of 10,000 nodes is published in one transaction. */
	const upsertAll = (name: string, rows: readonly Record<string, CellValue>[], key: readonly string[]) =>
		[...chunks(rows)].flatMap((some) =>
			bound(
				table(name)
					.insert(some)
					.onConflict([...key])
					.merge(),
			),
		);
	const upsert = (name: string, row: Record<string, CellValue>, key: readonly string[]) => upsertAll(name, [row], key);

	return {
		migrate: (session) => migrate(session, k),

		async beginRun(session, run) {
			const { runId: run_id, project, command, host, pid, startedAt: started_at } = run;
			for (const { sql, binds } of upsert("runs", { run_id, project, command, host, pid, started_at }, ["run_id"]))
				await session.query(sql, binds);
		},

		async endRun(session, runId, status, endedAt) {
			for (const { sql, binds } of bound(table("runs").where({ run_id: runId }).update({ status, ended_at: endedAt })))
				await session.query(sql, binds);
		},

		saveCandidate: (row) =>
			upsert(
				"candidates",
				{
					project: row.project,
					node: row.node,
					run_id: row.runId,
					candidate: JSON.stringify(row.candidate),
					target: JSON.stringify(row.target),
					kind: row.kind,
					code_hash: row.codeHash,
					inputs_hash: row.inputsHash,
					response: row.response,
					apply: row.apply === undefined ? null : JSON.stringify(row.apply),
				},
				["project", "node"],
			),

		async listCandidates(session, project) {
			const rows = await rowsOf(session, table("candidates").where({ project }).orderBy("node"));
			return rows.map(candidateOf);
		},

		forgetCandidates: (project, nodes) =>
			[...chunks(nodes)].flatMap((some) =>
				bound(table("candidates").where({ project }).whereIn("node", some).delete()),
			),

		savePublish: ({ runId: run_id, project, unit, at: published_at, nodes }) => [
			...upsert("publishes", { run_id, project, unit, published_at }, ["run_id", "unit"]),
			...upsertAll(
				"published",
				nodes.map(({ node, codeHash: code_hash }) => ({ project, node, run_id, code_hash, published_at })),
				["project", "node"],
			),
		],

		async listPublished(session, project) {
			const rows = await rowsOf(session, table("published").where({ project }).orderBy("node"));
			return new Map(rows.map((row): [NodeId, PublishedRow] => [nodeId(text(row, "node")), publishedOf(row)]));
		},

		async testPasses(session, project) {
			const rows = await rowsOf(session, table("test_passes").where({ project }).orderBy(["node", "test_hash"]));
			const passes = new Map<NodeId, Set<string>>();
			for (const row of rows) {
				const node = nodeId(text(row, "node"));
				passes.set(node, (passes.get(node) ?? new Set()).add(text(row, "test_hash")));
			}
			return passes;
		},

		saveTestPasses: (project, rows) => [
			...[...chunks(rows.map((row) => row.node))].flatMap((some) =>
				bound(table("test_passes").where({ project }).whereIn("node", some).delete()),
			),
			...upsertAll(
				"test_passes",
				rows.flatMap(({ node, tests }) =>
					[...new Set(tests)].sort().map((test_hash) => ({ project, node, test_hash })),
				),
				["project", "node", "test_hash"],
			),
		],

		async seedHashes(session, project) {
			const rows = await rowsOf(session, table("seeds").where({ project }).orderBy("node"));
			return new Map(rows.map((row): [NodeId, string] => [nodeId(text(row, "node")), text(row, "content_hash")]));
		},

		saveSeedHash: (project, node, content_hash) =>
			upsert("seeds", { project, node, content_hash }, ["project", "node"]),

		async loadedFiles(session, source) {
			const rows = await rowsOf(session, table("loaded_files").where({ source }).orderBy("path"));
			return rows.map(loadedFileOf);
		},

		saveLoadedFile: (row) =>
			upsert(
				"loaded_files",
				{
					source: row.source,
					path: row.path,
					bytes: row.bytes,
					content_hash: row.contentHash,
					rows: row.rows,
					rejects: row.rejects,
					run_id: row.runId,
					loaded_at: row.loadedAt,
				},
				["source", "path"],
			),

		forgetLoadedFiles: (source) => bound(table("loaded_files").where({ source }).delete()),
	};
}

const text = (row: Row, column: string): string => String(row[column]);

/** Engines print offsets in their own ways; what was written as an ISO instant comes back as it was. */
const instant = (row: Row, column: string): string => new Date(text(row, column)).toISOString();

const relation = (row: Row, column: string): RelationName => JSON.parse(text(row, column)) as RelationName;

const candidateOf = (row: Row): CandidateRow => ({
	project: text(row, "project"),
	runId: text(row, "run_id"),
	node: nodeId(text(row, "node")),
	candidate: relation(row, "candidate"),
	target: relation(row, "target"),
	kind: row.kind as CandidateKind,
	codeHash: text(row, "code_hash"),
	inputsHash: text(row, "inputs_hash"),
	response: text(row, "response"),
	...(row.apply == null ? {} : { apply: JSON.parse(text(row, "apply")) as DeltaApplication }),
});

const publishedOf = (row: Row): PublishedRow => ({
	node: nodeId(text(row, "node")),
	runId: text(row, "run_id"),
	codeHash: text(row, "code_hash"),
	publishedAt: instant(row, "published_at"),
});

const loadedFileOf = (row: Row): LoadedFileRow => ({
	source: nodeId(text(row, "source")),
	path: text(row, "path"),
	bytes: Number(row.bytes),
	contentHash: text(row, "content_hash"),
	rows: Number(row.rows),
	rejects: Number(row.rejects),
	runId: text(row, "run_id"),
	loadedAt: instant(row, "loaded_at"),
});
