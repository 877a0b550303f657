import type { Candidate } from "../core/adapter.ts";
import { nodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { GenerationRow, StateStore, StoodRow } from "../core/state.ts";
import { bound } from "./bound.ts";
import { instant, json, type Row, type Tables, text, textOrNull } from "./tables.ts";

type GenerationRows = Pick<StateStore, "saveGenerations" | "moveGeneration" | "forgetGenerations" | "listGenerations">;

/** What stood in a relation's place, since when, and where the rows of replaced generations are kept. */
export function createGenerationRows({ table, rowsOf, upsertAll, deleteKeys }: Tables): GenerationRows {
	return {
		saveGenerations: (rows, stood) => [
			...upsertAll(
				"generations",
				rows.map((row) => ({
					project: row.project,
					node: row.node,
					generation: row.generation,
					layer: row.layer,
					code_hash: row.codeHash,
					seed_hash: row.seedHash,
					candidate: JSON.stringify(row.candidate),
					kept_as: row.keptAs === null ? null : JSON.stringify(row.keptAs),
				})),
				["project", "node", "generation"],
			),
			...upsertAll(
				"stood",
				stood.map(({ project, node, runId: run_id, layer, generation, since }) => ({
					project,
					node,
					run_id,
					layer,
					generation,
					since,
				})),
				["project", "node", "run_id"],
			),
		],

		moveGeneration: ({ project, node, generation, keptAs }) =>
			bound(
				table("generations")
					.where({ project, node, generation })
					.update({ kept_as: keptAs === null ? null : JSON.stringify(keptAs) }),
			),

		forgetGenerations: (project, rows) => {
			const gone = rows.map(({ node, generation }) => [node, generation]);
			return ["generations", "stood"].map((name) => deleteKeys(name, project, ["node", "generation"], gone));
		},

		async listGenerations(session, project, layer) {
			const generations = await rowsOf(
				session,
				table("generations").where({ project, layer }).orderBy(["node", "generation"]),
			);
			const stood = await rowsOf(session, table("stood").where({ project, layer }).orderBy("seq"));
			return { generations: generations.map(generationOf), stood: stood.map(stoodOf) };
		},
	};
}

const generationOf = (row: Row): GenerationRow => ({
	project: text(row, "project"),
	node: nodeId(text(row, "node")),
	generation: text(row, "generation"),
	layer: text(row, "layer"),
	codeHash: text(row, "code_hash"),
	seedHash: textOrNull(row, "seed_hash"),
	candidate: json<Candidate>(row, "candidate"),
	keptAs: textOrNull(row, "kept_as") === null ? null : json<RelationName>(row, "kept_as"),
});

const stoodOf = (row: Row): StoodRow => ({
	project: text(row, "project"),
	node: nodeId(text(row, "node")),
	runId: text(row, "run_id"),
	layer: text(row, "layer"),
	generation: text(row, "generation"),
	since: instant(row, "since"),
});
