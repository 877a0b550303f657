import type { ClosedSchema, Dialect, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import type { RelationName } from "../../../core/relation.ts";
import { nameInSql } from "../errors.ts";

const render = (dialect: Dialect, { database, schema }: Pick<RelationName, "database" | "schema">): string =>
	[database, schema]
		.filter((part) => part !== "")
		.map(dialect.quote)
		.join(".");

const distinct = (relations: readonly RelationName[]): readonly RelationName[] => [
	...new Map(relations.map((r) => [placeOf(r), r])).values(),
];

export const placeOf = ({ database, schema }: Pick<RelationName, "database" | "schema">): string =>
	`${database}\0${schema}`;

/** The schemas of the databases of these relations, by place. */
export async function schemasThere(session: Session, relations: readonly RelationName[]): Promise<ReadonlySet<string>> {
	const there = new Set<string>();
	for (const database of new Set(relations.map((r) => r.database)))
		for (const schema of await session.listSchemas(database)) there.add(placeOf({ database, schema }));
	return there;
}

/** Makes the schemas of these relations where they are missing. */
export async function createSchemas(
	session: Session,
	dialect: Dialect,
	relations: readonly RelationName[],
): Promise<void> {
	const there = await schemasThere(session, relations);
	for (const relation of distinct(relations))
		if (!there.has(placeOf(relation)))
			await session.execute(`create schema if not exists ${render(dialect, relation)}`);
}

/** Snowflake names no privilege that a role has without asking for all of them, so making the schemas is the question. */
export async function closedSchemas(
	session: Session,
	dialect: Dialect,
	candidates: readonly RelationName[],
): Promise<readonly ClosedSchema[]> {
	const there = await schemasThere(session, candidates);
	const closed: ClosedSchema[] = [];
	for (const relation of distinct(candidates)) {
		if (there.has(placeOf(relation))) continue;
		try {
			await session.execute(`create schema if not exists ${render(dialect, relation)}`);
		} catch (error) {
			if (!(error instanceof DatabaseError && error.sqlstate === "42501")) throw error;
			const [[role] = []] = (await session.query("select current_role()")).rows;
			const grant = `grant create schema on database ${relation.database} to role ${role == null ? "…" : nameInSql(String(role))};`;
			closed.push({ schema: relation.schema, grant });
		}
	}
	return closed.sort((a, b) => (a.schema < b.schema ? -1 : 1));
}
