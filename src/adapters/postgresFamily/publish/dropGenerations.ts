import type { Dialect, Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { qualified } from "./statements.ts";

/** Drops the kept generations that are still there, and a schema that is empty afterwards. What hangs on one stops it. */
export async function dropGenerations(
	dialect: Dialect,
	session: Session,
	relations: readonly RelationName[],
): Promise<void> {
	if (relations.length === 0) return;
	const schemas = [...new Set(relations.map((r) => r.schema))].sort();
	const there = await session.listRelations(schemas);
	const asked = new Set(relations.map((r) => `${r.schema}\0${r.identifier}`));
	await session.transaction(async () => {
		for (const { schema, identifier, kind } of there)
			if (asked.has(`${schema}\0${identifier}`))
				await session.execute(
					`drop ${kind === "materialized_view" ? "materialized view" : kind === "view" ? "view" : "table"} ${qualified(dialect, schema, identifier)}`,
				);
		for (const schema of schemas)
			if (there.every((r) => r.schema !== schema || asked.has(`${schema}\0${r.identifier}`)))
				await session.execute(`drop schema if exists ${dialect.quote(schema)}`);
	});
}
