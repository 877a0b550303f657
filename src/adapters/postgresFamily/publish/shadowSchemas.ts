import type { ClosedSchema, Dialect, Session } from "../../../core/adapter.ts";
import { sqlName } from "../../../core/codes/sqlName.ts";
import { fail } from "../../../core/diagnostic.ts";
import type { RelationName } from "../../../core/relation.ts";
import { shadowSchema } from "./candidateNames.ts";
import type { Placement } from "./placement.ts";

const schemasOf = (targets: readonly RelationName[]): readonly string[] =>
	[...new Set(targets.map((t) => t.schema))].sort();

/** Creates what is missing of the targets' schemas and, where candidates stand apart, of their candidate schemas. */
export async function ensureSchemas(
	dialect: Dialect,
	session: Session,
	about: { readonly project: string; readonly targets: readonly RelationName[]; readonly placement: Placement },
): Promise<void> {
	const published = schemasOf(about.targets);
	const shadows = published.map((s) => shadowSchema("c", about.project, s, dialect.maxIdentifierBytes));
	await createMissing(dialect, session, { published, hidden: about.placement.kind === "apart" ? shadows : [] });
}

/** Candidate schemas of these targets that the role may neither make nor build in, each with what would let it; sorted. */
export async function closedSchemas(
	dialect: Dialect,
	session: Session,
	about: { readonly project: string; readonly targets: readonly RelationName[] },
): Promise<readonly ClosedSchema[]> {
	const shadows = schemasOf(about.targets).map((s) => shadowSchema("c", about.project, s, dialect.maxIdentifierBytes));
	const { rows } = await session.query(
		`select s.name, n.oid is not null, current_database()::text, current_user::text from json_array_elements_text($1::json) s(name) left join pg_catalog.pg_namespace n on n.nspname = s.name::name
		where not case when n.oid is null then has_database_privilege(current_database(), 'CREATE')
			else has_schema_privilege(n.oid, 'USAGE') and has_schema_privilege(n.oid, 'CREATE') end order by 1`,
		[JSON.stringify(shadows)],
	);
	return rows.map(([schema, there, database, role]) => ({
		schema: String(schema),
		grant:
			there === true
				? `grant usage, create on schema ${sqlName(String(schema))} to ${sqlName(String(role))};`
				: `grant create on database ${sqlName(String(database))} to ${sqlName(String(role))};`,
	}));
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
