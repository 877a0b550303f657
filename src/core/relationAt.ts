import type { Session } from "./adapter.ts";
import type { RelationInfo, RelationName } from "./relation.ts";

/** What stands under one name; undefined: nothing. */
export async function relationAt(
	session: Pick<Session, "listRelations" | "relationAt">,
	relation: RelationName,
): Promise<RelationInfo | undefined> {
	if (session.relationAt !== undefined) return session.relationAt(relation);
	const there = await session.listRelations([relation.schema], relation.database);
	return there.find(({ identifier }) => identifier === relation.identifier);
}
