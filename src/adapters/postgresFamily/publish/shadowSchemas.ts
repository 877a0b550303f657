import type { Dialect, Session } from "../../../core/adapter.ts";
import { fail } from "../../../core/diagnostic.ts";
import type { RelationName } from "../../../core/relation.ts";
import { shadowSchema } from "./candidateNames.ts";

/** Creates what is missing of the targets' schemas and their candidate schemas. */
export async function ensureSchemas(
	dialect: Dialect,
	session: Session,
	project: string,
	targets: readonly RelationName[],
): Promise<void> {
	const published = [...new Set(targets.map((t) => t.schema))].sort();
	const shadows = published.map((s) => shadowSchema("c", project, s, dialect.maxIdentifierBytes));
	await createMissing(dialect, session, { published, hidden: shadows });
}

/** Creates schemas that nobody but their owner may use. */
export const createHiddenSchemas = (dialect: Dialect, session: Session, schemas: readonly string[]): Promise<void> =>
	createMissing(dialect, session, { published: [], hidden: [...new Set(schemas)].sort() });

/** Nobody but the owner may use the hidden ones: also what default privileges give on new schemas is taken back. */
async function createMissing(
	dialect: Dialect,
	session: Session,
	schemas: { readonly published: readonly string[]; readonly hidden: readonly string[] },
): Promise<void> {
	const known = new Set(await session.listSchemas());
	const missing = [...schemas.published, ...schemas.hidden].filter((s) => !known.has(s));
	if (missing.length === 0) return;
	const facts = (
		await session.query(
			"select current_database()::text, current_user::text, has_database_privilege(current_database(), 'create')",
		)
	).rows[0]!;
	if (facts[2] !== true) fail("TFM-PUB-006", { database: String(facts[0]), role: String(facts[1]), schemas: missing });
	await session.transaction(async () => {
		for (const schema of missing) await session.execute(`create schema if not exists ${dialect.quote(schema)}`);
		const made = JSON.stringify(missing.filter((s) => schemas.hidden.includes(s)));
		const granted = await session.query(
			`select distinct n.nspname::text, case when a.grantee <> 0 then pg_get_userbyid(a.grantee)::text end
			from pg_namespace n cross join lateral aclexplode(n.nspacl) a
			where n.nspname in (select json_array_elements_text($1::json)) and a.grantee <> n.nspowner order by 1, 2`,
			[made],
		);
		for (const [schema, grantee] of granted.rows)
			await session.execute(
				`revoke all on schema ${dialect.quote(String(schema))} from ${grantee === null ? "public" : dialect.quote(String(grantee))}`,
			);
	});
}
