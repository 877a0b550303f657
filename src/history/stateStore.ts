/**
 * tfm's own tables, in the schema tfm_state of the warehouse: runs, candidates that stand, what was published by which
 * run, content hashes of seeds, the ledger of landing files. knex writes the SQL and the adapter's own session runs it,
 * so that a ledger row commits or fails with the load it records. The SQL of models never comes near knex.
 */
import type { BoundStatement, CandidateKind, DeltaApplication, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import type { EnvironmentStore } from "../core/isolatedEnvironment.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { AlertStore, BuildFacts, CandidateRow, PublishedRow, StateStore, TablePlace } from "../core/state.ts";
import { createAlertRows } from "./alertRows.ts";
import { createEnvironmentRows } from "./environmentRows.ts";
import { createGateRows } from "./gateRows.ts";
import { createGenerationRows } from "./generationRows.ts";
import { createHistoryRows } from "./historyRows.ts";
import { createIntervalRows } from "./intervalRows.ts";
import { createLedgerRows } from "./ledgerRows.ts";
import { migrate, versionOf } from "./migrate.ts";
import { MIGRATIONS, STATE_SCHEMA } from "./migrations.ts";
import { createRunRows } from "./runRows.ts";
import { judgeStateAccess, readStateFacts } from "./stateAccess.ts";
import { chunks, createTables, instant, type Row, relation, text } from "./tables.ts";

/** knex (60–100 ms) is imported here and not before: commands that read no state do not pay for it. */
export async function createStateStore(): Promise<
	StateStore & { readonly alerts: AlertStore; readonly environments: EnvironmentStore }
> {
	const { default: knex } = await import("knex");
	const k = knex({ client: "pg" });
	const tables = createTables(k);
	const history = createHistoryRows(tables);
	const { table, raw, rowsOf, rowsHere, upsertAll } = tables;
	const upsert = (name: string, row: Record<string, string | number | null>, key: readonly string[]) =>
		upsertAll(name, [row], key);
	const deleteOf = (name: string, project: string, places: readonly TablePlace[]): BoundStatement =>
		raw(
			`delete from tfm_state.${name} where project = ?
				and (node, table_schema) in (select e->>0, e->>1 from json_array_elements(?::json) e)`,
			[project, JSON.stringify(places.map(({ node, schema }) => [node, schema]))],
		);

	/** A role that was given `select` alone. */
	async function mayRead(session: Session): Promise<boolean> {
		const { rows } = await session.query(
			`select pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'select')) from pg_catalog.pg_class c
			join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
			[STATE_SCHEMA],
		);
		return rows[0]?.[0] === true;
	}

	async function bringUp(session: Session): Promise<void> {
		try {
			await migrate(session, k);
		} catch (error) {
			// insufficient_privilege: said with what would help. Anything else, and a refusal that this cannot explain, as it is.
			if (!(error instanceof DatabaseError && error.sqlstate === "42501")) throw error;
			const access = judgeStateAccess(await readStateFacts(session), 0);
			if (access.kind === "ready") throw error;
			fail("TFM-DB-022", access, { cause: error });
		}
	}

	return {
		access: async (session) => {
			const facts = await readStateFacts(session);
			// Only a role that lacks something of the tables is asked how old they are.
			const asked = facts.tablesThere && facts.usage && facts.tables && (facts.otherOwner !== null || !facts.create);
			return judgeStateAccess(facts, asked ? await versionOf(session) : null);
		},
		migrate: bringUp,
		async upgrade(session) {
			const { tablesThere, usage, tables } = await readStateFacts(session);
			if (!tablesThere || !usage) return false;
			if (!tables) return (await mayRead(session)) && (await versionOf(session)) === MIGRATIONS.length;
			await bringUp(session);
			return true;
		},

		...createRunRows(tables, history.saveHistory),
		...createGateRows(tables),
		...createGenerationRows(tables),
		...history,
		alerts: createAlertRows(tables),
		environments: createEnvironmentRows(tables),
		...createIntervalRows(tables),
		...createLedgerRows(tables),

		saveCandidate: (row) =>
			upsert(
				"candidates",
				{
					project: row.project,
					node: row.node,
					table_schema: row.target.schema,
					run_id: row.runId,
					candidate: JSON.stringify(row.candidate),
					target: JSON.stringify(row.target),
					kind: row.kind,
					code_hash: row.codeHash,
					inputs_hash: row.inputsHash,
					response: row.response,
					apply: row.apply === undefined ? null : JSON.stringify(row.apply),
				},
				["project", "node", "table_schema"],
			),

		async listCandidates(session, project) {
			const rows = await rowsOf(session, table("candidates").where({ project }).orderBy(["node", "table_schema"]));
			return rows.map(candidateOf);
		},

		forgetCandidates: (project, places) => [...chunks(places)].map((some) => deleteOf("candidates", project, some)),

		/** One statement for everything: a project of small models sends one for each of them. */
		savePublish: ({ runId, project, unit, at, nodes }) => {
			const rows = JSON.stringify(
				nodes.map(({ node, schema, codeHash, build }) => [
					node,
					schema,
					codeHash,
					build === null ? null : JSON.stringify(build),
				]),
			);
			// Nobody knows of which target a row without a schema is: it counts until one of them publishes.
			const forget = `old as (
					delete from tfm_state.published where project = ? and table_schema = ''
					and node in (select e->>0 from json_array_elements(?::json) e)
				)`;
			const published = `insert into tfm_state.published (project, node, table_schema, run_id, code_hash, build, published_at)
				select ?, e->>0, e->>1, ?, e->>2, e->>3, ?::timestamptz from json_array_elements(?::json) e
				on conflict (project, node, table_schema) do update set run_id = excluded.run_id,
				code_hash = excluded.code_hash, build = excluded.build, published_at = excluded.published_at`;
			if (unit === null) return [raw(`with ${forget} ${published}`, [project, rows, project, runId, at, rows])];
			return [
				raw(
					`with unit as (
						insert into tfm_state.publishes (run_id, project, unit, published_at) values (?, ?, ?, ?::timestamptz)
						on conflict (run_id, unit) do update set published_at = excluded.published_at
					), ${forget} ${published}`,
					[runId, project, unit, at, project, rows, project, runId, at, rows],
				),
			];
		},

		async listPublished(session, project, here) {
			const rows = await rowsHere(session, "published", project, here);
			return new Map(rows.map((row): [NodeId, PublishedRow] => [nodeId(text(row, "node")), publishedOf(row)]));
		},

		async testPasses(session, project, here) {
			const rows = await rowsHere(session, "test_passes", project, here);
			const passes = new Map<NodeId, Set<string>>();
			for (const row of rows) {
				const node = nodeId(text(row, "node"));
				passes.set(node, (passes.get(node) ?? new Set()).add(text(row, "test_hash")));
			}
			return passes;
		},

		saveTestPasses: (project, rows) => [
			...[...chunks(rows)].map((some) => deleteOf("test_passes", project, some)),
			...upsertAll(
				"test_passes",
				rows.flatMap(({ node, schema: table_schema, tests }) =>
					[...new Set(tests)].sort().map((test_hash) => ({ project, node, table_schema, test_hash })),
				),
				["project", "node", "table_schema", "test_hash"],
			),
		],

		async passedTests(session, { project, schema }) {
			const rows = await rowsOf(session, table("passed_tests").where({ project, target_schema: schema }));
			return new Map(rows.map((row): [NodeId, string] => [nodeId(text(row, "test")), text(row, "hash")]));
		},

		savePassedTests: ({ project, schema }, passed) =>
			passed.size === 0
				? []
				: [
						raw(
							`insert into tfm_state.passed_tests (project, target_schema, test, hash)
							select ?, ?, e->>0, e->>1 from json_array_elements(?::json) e
							on conflict (project, target_schema, test) do update set hash = excluded.hash`,
							[project, schema, JSON.stringify([...passed])],
						),
					],

		async seedHashes(session, project, here) {
			const rows = await rowsHere(session, "seeds", project, here);
			return new Map(rows.map((row): [NodeId, string] => [nodeId(text(row, "node")), text(row, "content_hash")]));
		},

		saveSeedHash: (project, { node, schema: table_schema }, content_hash) =>
			upsert("seeds", { project, node, table_schema, content_hash }, ["project", "node", "table_schema"]),
	};
}

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
	build: row.build == null ? null : (JSON.parse(text(row, "build")) as BuildFacts),
});
