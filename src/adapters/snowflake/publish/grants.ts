import type { Candidate, Dialect, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import type { ResultTable } from "../../../core/resultTable.ts";
import { cellsOf } from "../catalog.ts";

interface Grant {
	readonly privilege: string;
	/** `ROLE`, `SHARE`, `DATABASE_ROLE`. */
	readonly to: string;
	readonly name: string;
}

/** By relationKey of the table that is replaced. */
export type GrantsThere = ReadonlyMap<string, readonly Grant[]>;

const GRANTEES: Readonly<Record<string, string>> = { ROLE: "role", SHARE: "share", DATABASE_ROLE: "database role" };

type Cells = ReturnType<typeof cellsOf>[number];

const word = (cells: Cells, name: string): string => String(cells.get(name) ?? "").toUpperCase();

async function grantsOn(session: Session, dialect: Dialect, relation: RelationName): Promise<readonly Grant[]> {
	const table = await session.query(`show grants on table ${dialect.render(relation)}`);
	return cellsOf(table).flatMap((cells) => {
		const grant = {
			privilege: word(cells, "privilege"),
			to: word(cells, "granted_to"),
			name: String(cells.get("grantee_name") ?? ""),
		};
		return grant.privilege === "OWNERSHIP" || GRANTEES[grant.to] === undefined ? [] : [grant];
	});
}

/** Null where the role may not ask, or the account has no such question: one table is asked about after the other then. */
async function unlessRefused(asked: Promise<ResultTable>): Promise<ResultTable | null> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof DatabaseError && error.kind === "sql") return null;
		throw error;
	}
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
	const groups = new Map<string, T[]>();
	for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
	return groups;
}

/** So many tables are asked about one by one: to ask for all of them at once takes three questions. */
const ALONE = 3;
/** Names in one question. */
const NAMES = 1_000;

/**
 * The grants of all these tables. TABLE_PRIVILEGES tells them with one question for a schema, but those to roles of the
 * account alone, and of tables that the role has a privilege on. So it is believed where the database is used by no
 * share and has no roles of its own, and of tables whose owner it names; about the others SHOW GRANTS is asked.
 */
export async function readGrants(
	session: Session,
	dialect: Dialect,
	tables: readonly RelationName[],
): Promise<GrantsThere> {
	const found = new Map<string, readonly Grant[]>();
	if (tables.length > ALONE) {
		for (const [database, its] of grouped(tables, (table) => table.database)) {
			if (database === "" || !(await hasRolesOnly(session, dialect, database))) continue;
			for (const together of grouped(its, (table) => table.schema).values())
				for (let i = 0; i < together.length; i += NAMES)
					for (const [key, grants] of await grantsToRoles(session, dialect, together.slice(i, i + NAMES)))
						found.set(key, grants);
		}
	}
	for (const table of tables)
		if (!found.has(relationKey(table))) found.set(relationKey(table), await grantsOn(session, dialect, table));
	return found;
}

/** A share must have been given the use of the database before anything in it; a database's own roles have it anyway. */
async function hasRolesOnly(session: Session, dialect: Dialect, database: string): Promise<boolean> {
	const name = dialect.quote(database);
	const uses = await unlessRefused(session.query(`show grants on database ${name}`));
	if (uses === null) return false;
	const users = cellsOf(uses);
	// Whoever owns the database stands there; without that row the role is not shown all.
	if (!users.some((cells) => word(cells, "privilege") === "OWNERSHIP")) return false;
	if (users.some((cells) => word(cells, "granted_to") !== "ROLE")) return false;
	const own = await unlessRefused(session.query(`show database roles in database ${name}`));
	return own !== null && own.rows.length === 0;
}

async function grantsToRoles(
	session: Session,
	dialect: Dialect,
	tables: readonly RelationName[],
): Promise<GrantsThere> {
	const { database, schema } = tables[0]!;
	const names = tables.map(({ identifier }) => dialect.literal(identifier)).join(", ");
	const asked = session.query(`select table_name, privilege_type, granted_to, grantee
from ${dialect.quote(database)}.information_schema.table_privileges
where table_schema = ${dialect.literal(schema)} and table_name in (${names})
order by table_name, privilege_type, grantee`);
	const answer = await unlessRefused(asked);
	const found = new Map<string, readonly Grant[]>();
	const rows = answer === null ? [] : cellsOf(answer);
	for (const [identifier, its] of grouped(rows, (cells) => String(cells.get("table_name") ?? ""))) {
		const whole = its.some((cells) => word(cells, "privilege_type") === "OWNERSHIP");
		if (!whole || its.some((cells) => word(cells, "granted_to") !== "ROLE")) continue;
		const others = its.filter((cells) => word(cells, "privilege_type") !== "OWNERSHIP");
		found.set(
			relationKey({ database, schema, identifier }),
			others.map((cells) => ({
				privilege: word(cells, "privilege_type"),
				to: "ROLE",
				name: String(cells.get("grantee") ?? ""),
			})),
		);
	}
	return found;
}

/**
 * Grants belong to a table and do not follow a swap, so the table that goes in gets, before, those of the one that goes
 * out; where the config names grantees of a privilege, these alone.
 */
export async function carryGrants(
	session: Session,
	dialect: Dialect,
	{ candidate, there }: { readonly candidate: Candidate; readonly there: readonly Grant[] },
): Promise<void> {
	const wanted = new Map(
		Object.entries(candidate.grants ?? {}).map(([privilege, to]) => [privilege.toUpperCase(), to] as const),
	);
	const relation = dialect.render(candidate.candidate);
	for (const { privilege, to, name } of there) {
		if (wanted.has(privilege)) continue;
		await session.execute(`grant ${privilege} on table ${relation} to ${GRANTEES[to]} ${dialect.quote(name)}`);
	}
	for (const [privilege, grantees] of wanted)
		for (const name of grantees) await session.execute(`grant ${privilege} on table ${relation} to role ${name}`);
}

/** A view keeps its grants when it is replaced (`copy grants`); the config's come after. */
export async function grantAsConfigured(session: Session, dialect: Dialect, candidate: Candidate): Promise<void> {
	const kind = candidate.kind === "view" ? "view" : "table";
	const relation = dialect.render(candidate.target);
	for (const [privilege, grantees] of Object.entries(candidate.grants ?? {}))
		for (const name of grantees) await session.execute(`grant ${privilege} on ${kind} ${relation} to role ${name}`);
}
