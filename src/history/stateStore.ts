/**
 * tfm's own tables, in the schema tfm_state of the warehouse: runs, candidates that stand, what was published by which
 * run, content hashes of seeds, the ledger of landing files. knex writes the SQL and the adapter's own session runs it,
 * so that a ledger row commits or fails with the load it records. The SQL of models never comes near knex.
 */
import type { Session } from "../core/adapter.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { CellValue } from "../core/resultTable.ts";
import type { CandidateRow, LoadedFileRow, PublishedRow, StateStore } from "../core/state.ts";
import { bound } from "./bound.ts";
import { MIGRATIONS, STATE_SCHEMA } from "./migrations.ts";

type Row = Readonly<Record<string, CellValue>>;

/** knex is imported here and not before: commands that read no state do not pay for it. */
export async function createStateStore(): Promise<StateStore> {
	const { default: knex } = await import("knex");
	const k = knex({ client: "pg" });
	const table = (name: string) => k(name).withSchema(STATE_SCHEMA);

	async function rowsOf(session: Session, query: ReturnType<typeof table>): Promise<readonly Row[]> {
		const [statement] = bound(query);
		const result = await session.query(statement!.sql, statement!.binds);
		return result.rows.map((row) => Object.fromEntries(result.columns.map((c, i) => [c.name, row[i]!])));
	}

	const upsert = (name: string, row: Record<string, CellValue>, key: readonly string[]) =>
		bound(
			table(name)
				.insert(row)
				.onConflict([...key])
				.merge(),
		);

	return {
		async migrate(session) {
			await session.execute(
				`create schema if not exists "${STATE_SCHEMA}"; create table if not exists "${STATE_SCHEMA}".schema_version (version integer not null)`,
			);
			const [row] = await rowsOf(session, table("schema_version").max("version as version"));
			const current = Number(row?.version ?? 0);
			if (current >= MIGRATIONS.length) return;
			await session.transaction(async () => {
				for (const step of MIGRATIONS.slice(current))
					for (const { sql, binds } of step(k)) await session.query(sql, binds);
				for (const { sql, binds } of bound(table("schema_version").insert({ version: MIGRATIONS.length })))
					await session.query(sql, binds);
			});
		},

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
				},
				["project", "node"],
			),

		async listCandidates(session, project) {
			const rows = await rowsOf(session, table("candidates").where({ project }).orderBy("node"));
			return rows.map(candidateOf);
		},

		forgetCandidates: (project, nodes) =>
			nodes.length === 0
				? []
				: bound(
						table("candidates")
							.where({ project })
							.whereIn("node", [...nodes])
							.delete(),
					),

		savePublish: ({ runId: run_id, project, unit, at: published_at, nodes }) => [
			...upsert("publishes", { run_id, project, unit, published_at }, ["run_id", "unit"]),
			...nodes.flatMap(({ node, codeHash: code_hash }) =>
				upsert("published", { project, node, run_id, code_hash, published_at }, ["project", "node"]),
			),
		],

		async listPublished(session, project) {
			const rows = await rowsOf(session, table("published").where({ project }).orderBy("node"));
			return new Map(rows.map((row): [NodeId, PublishedRow] => [nodeId(text(row, "node")), publishedOf(row)]));
		},

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

const relation = (row: Row, column: string): RelationName => JSON.parse(text(row, column)) as RelationName;

const candidateOf = (row: Row): CandidateRow => ({
	project: text(row, "project"),
	runId: text(row, "run_id"),
	node: nodeId(text(row, "node")),
	candidate: relation(row, "candidate"),
	target: relation(row, "target"),
	kind: row.kind === "view" ? "view" : "table",
	codeHash: text(row, "code_hash"),
	inputsHash: text(row, "inputs_hash"),
	response: text(row, "response"),
});

const publishedOf = (row: Row): PublishedRow => ({
	node: nodeId(text(row, "node")),
	runId: text(row, "run_id"),
	codeHash: text(row, "code_hash"),
	publishedAt: text(row, "published_at"),
});

const loadedFileOf = (row: Row): LoadedFileRow => ({
	source: nodeId(text(row, "source")),
	path: text(row, "path"),
	bytes: Number(row.bytes),
	contentHash: text(row, "content_hash"),
	rows: Number(row.rows),
	rejects: Number(row.rejects),
	runId: text(row, "run_id"),
	loadedAt: text(row, "loaded_at"),
});
