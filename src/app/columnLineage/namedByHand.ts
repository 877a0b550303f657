import type { KnownRelation } from "../../sql/analysis.ts";
import type { AnalysisJob, ModelSql } from "../../sql/analyzeGraph.ts";
import { SQL_DIALECTS, type SqlDialectName } from "../../sql/sqlDialect.ts";

const PART = String.raw`(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)`;
/** `schema.table`, `"db"."schema"."table"`. */
export const CHAIN_OF_NAMES = String.raw`${PART}(?:\s*\.\s*${PART})+`;
const CHAIN = new RegExp(CHAIN_OF_NAMES, "gu");
const PARTS = new RegExp(PART, "gu");

/**
 * The models with the nodes whose relations their SQL names directly, as `schema.table`: lineage follows these as if
 * they were referred to. A name that would close a circle stays a name that nobody knows. Names in comments and texts
 * may be among what is found: the analysis decides which of them are read.
 */
export function withNamedByHand(
	models: ReadonlyMap<string, ModelSql>,
	declared: ReadonlyMap<string, KnownRelation>,
	dialect: SqlDialectName,
): ReadonlyMap<string, ModelSql> {
	const names = nodeNames(models, declared, dialect);
	const found = new Map(models);
	for (const model of models.values()) {
		const own = new Set([...model.inputs, model.id]);
		const named = names.idsIn(model.sql ?? "").filter((id) => !own.has(id));
		const byHand: string[] = [];
		for (const id of named.toSorted()) {
			if (readsFrom(id, model.id, found)) continue;
			byHand.push(id);
			found.set(model.id, { ...model, byHand: [...byHand] });
		}
	}
	return found;
}

/** The nodes whose relations a text names as `schema.table`. */
export interface NodeNames {
	/** Each once, in the order of the text. */
	idsIn(sql: string): readonly string[];
}

export function nodeNames(
	models: ReadonlyMap<string, ModelSql>,
	declared: ReadonlyMap<string, KnownRelation>,
	dialect: SqlDialectName,
): NodeNames {
	const { fold } = SQL_DIALECTS[dialect];
	const byName = new Map<string, string>();
	for (const { id, name } of [...declared.values(), ...models.values()])
		if (name.length > 1) byName.set(relationPair(name.at(-2)!, name.at(-1)!), id);
	return {
		idsIn: (sql) => [...new Set(pairsIn(sql, fold).flatMap((name) => byName.get(name) ?? []))],
	};
}

/** A relation by the two last parts of its name. */
export const relationPair = (schema: string, table: string): string => `${schema}\0${table}`;

function pairsIn(sql: string, fold: (name: string, quoted: boolean) => string): readonly string[] {
	return [...sql.matchAll(CHAIN)].flatMap(([chain]) => {
		const parts = [...chain.matchAll(PARTS)].map(([part]) =>
			part.startsWith('"') ? fold(part.slice(1, -1).replaceAll('""', '"'), true) : fold(part, false),
		);
		return parts.slice(1).map((part, i) => relationPair(parts[i]!, part));
	});
}

/** What the ephemeral models among a model's inputs read: their text stands in front of its own, with these names. */
export function inlinedInputs(
	{ inputs }: Pick<ModelSql, "inputs">,
	modelOf: (id: string) => Pick<ModelSql, "name" | "inputs"> | undefined,
): ReadonlySet<string> {
	const read = (id: string): readonly string[] => {
		const model = modelOf(id);
		return model?.name.length === 1 ? model.inputs : [];
	};
	return new Set(inputs.flatMap(read));
}

/**
 * Whether the SQL of a model names something in one of these schemas that neither it nor an ephemeral model in it refers
 * to.
 */
export function namesElsewhere({ dialect, declared, models }: AnalysisJob, schemas: readonly string[]): boolean {
	const { fold } = SQL_DIALECTS[dialect];
	const inSchemas = new Set(schemas);
	return [...models.values()].some(({ sql, inputs, byHand = [] }) => {
		const own = new Set(
			[...inputs, ...byHand].flatMap((id) => {
				const name = (declared.get(id) ?? models.get(id))?.name ?? [];
				return name.length > 1 ? [relationPair(name.at(-2)!, name.at(-1)!)] : [];
			}),
		);
		return pairsIn(sql ?? "", fold).some((named) => inSchemas.has(named.split("\0")[0]!) && !own.has(named));
	});
}

/** Whether `id` reads `other`, over any number of steps. */
function readsFrom(id: string, other: string, models: ReadonlyMap<string, ModelSql>): boolean {
	const seen = new Set([id]);
	for (const at of seen) {
		if (at === other) return true;
		const model = models.get(at);
		for (const input of [...(model?.inputs ?? []), ...(model?.byHand ?? [])]) seen.add(input);
	}
	return false;
}
