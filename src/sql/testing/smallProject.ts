import type { NodeLineage } from "../../core/lineage.ts";
import type { KnownRelation } from "../analysis.ts";
import { analyzeGraph, type ModelSql } from "../analyzeGraph.ts";
import { analyzeQuery, type ParseSql } from "../analyzeQuery.ts";
import { describeLineage, type LineageInput } from "../describeLineage.ts";

/** A project of models by name, each with its SQL; they read each other and `declared` by bare names. */
export async function lineageOf(
	project: Readonly<Record<string, string>>,
	declared: readonly KnownRelation[],
	parse: ParseSql,
	told: Partial<LineageInput> = {},
): Promise<ReadonlyMap<string, NodeLineage>> {
	const names = [...declared.map(({ id }) => id), ...Object.keys(project)];
	const models = new Map(
		Object.entries(project).map(([id, sql]): [string, ModelSql] => [
			id,
			{
				id,
				name: [id],
				sql,
				added: told.added?.get(id) ?? [],
				inputs: names.filter((name) => name !== id && new RegExp(`\\b${name}\\b`).test(sql)),
			},
		]),
	);
	const nothing = { get: () => undefined, set: () => undefined };
	const known = new Map(declared.map((relation) => [relation.id, relation]));
	const analyses = await analyzeGraph({ dialect: "postgres", declared: known, models }, nothing, async (requests) =>
		requests.map((request) => analyzeQuery(request, parse)),
	);
	const inputs = new Map([...models].map(([id, model]) => [id, model.inputs]));
	return describeLineage({
		declared: known,
		analyses,
		inputs,
		added: new Map(),
		facts: new Map(),
		marks: new Map(),
		writes: new Map(),
		...told,
	});
}
