/**
 * Publishing on Snowflake: relations are built in a candidate schema under their own names, audited there by the caller,
 * and take their targets' place: tables by swap, views and dynamic tables by being stated anew, new rows by DML. What is
 * atomic of that, and how the rest is finished by whoever comes after, is in runPublish.ts and docs/adr/0045.
 */
import type { Dialect, Publisher, Session } from "../../../core/adapter.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import { relationsAround } from "../../../core/relationsAround.ts";
import type { RunCatalog } from "../runCatalog.ts";
import { repairPublishes } from "./repair.ts";
import { runPublish } from "./runPublish.ts";
import { closedSchemas, createSchemas, placeOf, schemasThere } from "./schemas.ts";
import { candidateBeside, candidateOf, deltaOf, generationOf } from "./shadowNames.ts";
import { dropStatement } from "./steps.ts";

type CandidateOf = Publisher["candidateOf"];

export function createSnowflakePublisher(
	dialect: Dialect,
	known: RunCatalog,
	placed: CandidateOf = candidateOf,
): Publisher {
	const apart = placed === candidateOf;
	return Object.freeze({
		candidateOf: placed,
		closedSchemas: (session, project, targets) =>
			closedSchemas(
				session,
				dialect,
				targets.map((target) => placed(project, target)),
			),
		beside: (owner) =>
			createSnowflakePublisher(dialect, known, (project, target) => candidateBeside(owner, project, target)),
		ensureSchemas: (session, project, targets) =>
			createSchemas(session, dialect, [...targets, ...(apart ? targets.map((t) => placed(project, t)) : [])]),
		async dropStale(session, project, targets, keep) {
			// Until now another run may have held what this one writes.
			known.forget();
			known.expect(targets);
			await repairPublishes(session, dialect, { project, targets });
			return dropStale(session, dialect, { candidates: targets.map((t) => placed(project, t)), keep });
		},
		generationOf,
		async dropGenerations(session, relations) {
			for (const relation of relations) await session.execute(dropStatement(dialect, relation, "table"));
			await dropEmptySchemas(session, dialect, relations);
		},
		// Nothing hangs on a table of Snowflake that a candidate must have before its tests: keys are not enforced.
		dress: async () => ({ warnings: [] }),
		publish: (session, request) => runPublish(session, dialect, request, known),
	} satisfies Publisher);
}

/** Only what belongs to targets that this run has leased: what else stands there another run may be building. */
async function dropStale(
	session: Session,
	dialect: Dialect,
	{ candidates, keep }: { readonly candidates: readonly RelationName[]; readonly keep: readonly RelationName[] },
): Promise<readonly RelationName[]> {
	const kept = new Set(keep.flatMap((relation) => [relation, deltaOf(relation)]).map(relationKey));
	const places = new Map(
		candidates.flatMap((c) => [c, deltaOf(c)]).map((relation) => [relationKey(relation), relation]),
	);
	const dropped: RelationName[] = [];
	for (const found of await relationsAround(session, candidates)) {
		const relation = places.get(relationKey(found));
		if (relation === undefined || kept.has(relationKey(relation))) continue;
		await session.execute(dropStatement(dialect, relation, found.kind));
		dropped.push(relation);
	}
	return dropped;
}

async function dropEmptySchemas(session: Session, dialect: Dialect, relations: readonly RelationName[]): Promise<void> {
	const schemas = new Map(relations.map((r) => [placeOf(r), r] as const));
	const filled = new Set((await relationsAround(session, relations)).map(placeOf));
	const there = await schemasThere(session, relations);
	for (const [key, { database, schema }] of schemas) {
		if (filled.has(key) || !there.has(key)) continue;
		const place = [database, schema]
			.filter((part) => part !== "")
			.map(dialect.quote)
			.join(".");
		await session.execute(`drop schema if exists ${place} restrict`);
	}
}
