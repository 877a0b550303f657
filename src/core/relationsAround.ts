import type { Session } from "./adapter.ts";
import type { RelationInfo, RelationName } from "./relation.ts";

/**
 * All relations of the schemas in which these stand: one catalog query for each database, sorted by it. A relation found
 * has its database's name as it was asked for, so that `relationKey` of both is the same on engines that read one database
 * alone, whatever it is called in the profile.
 */
export async function relationsAround(
	session: Pick<Session, "listRelations">,
	places: readonly Pick<RelationName, "database" | "schema">[],
): Promise<readonly RelationInfo[]> {
	const schemas = new Map<string, Set<string>>();
	for (const { database, schema } of places) schemas.set(database, (schemas.get(database) ?? new Set()).add(schema));
	const found: RelationInfo[] = [];
	for (const database of [...schemas.keys()].sort())
		for (const info of await session.listRelations([...schemas.get(database)!].sort(), database))
			found.push({ ...info, database });
	return found;
}
