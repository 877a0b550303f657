import type { CandidateKind, DeltaApplication } from "../core/adapter.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { BuildFacts, CandidateRow, PublishedRow, StateStore, TablePlace } from "../core/state.ts";
import { chunks, instant, type Row, relation, type Tables, text } from "./tables.ts";

type RelationRows = Pick<
	StateStore,
	| "saveCandidate"
	| "listCandidates"
	| "forgetCandidates"
	| "listPublished"
	| "testPasses"
	| "saveTestPasses"
	| "passedTests"
	| "seedHashes"
	| "saveSeedHash"
>;

/** What stands as a candidate, what is published, and what is known of its rows. */
export function createRelationRows({ table, rowsOf, rowsHere, upsertAll, deleteKeys }: Tables): RelationRows {
	const upsert = (name: string, row: Record<string, string | number | null>, key: readonly string[]) =>
		upsertAll(name, [row], key);
	const deletePlaces = (name: string, project: string, places: readonly TablePlace[]) =>
		[...chunks(places)].map((some) =>
			deleteKeys(
				name,
				project,
				["node", "table_schema"],
				some.map(({ node, schema }) => [node, schema]),
			),
		);
	return {
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

		forgetCandidates: (project, places) => deletePlaces("candidates", project, places),

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
			...deletePlaces("test_passes", project, rows),
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
