import type { Dialect, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { Inspection } from "../../core/inspection.ts";
import type { ProjectReach } from "../../core/projectReach.ts";
import { relationsAround } from "../../core/relationsAround.ts";
import { cellsOf } from "./catalog.ts";
import type { ProfileFields } from "./connectionOptions.ts";
import {
	accountGrant,
	accountPrivileges,
	grantStatement,
	internalStageGrant,
	type NeededPrivileges,
	neededPrivileges,
	objectPrivileges,
} from "./privileges.ts";
import { placeOf, schemasThere } from "./publish/schemas.ts";

/** Roles that one role works with, itself among them: more than that is no hierarchy that anybody made. */
const MOST_ROLES = 200;

const WHERE =
	"select current_user(), current_role(), current_warehouse(), current_database(), current_region(), current_account(), current_secondary_roles()";

interface Held {
	/** `PRIVILEGE\0ON\0NAME`, names as SHOW prints them. */
	readonly privileges: ReadonlySet<string>;
	readonly roles: ReadonlySet<string>;
}

const keyOf = (privilege: string, on: string, name: string): string =>
	// SHOW GRANTS calls a masking policy MASKING_POLICY.
	[privilege, on.replaceAll("_", " "), name].join("\0").toUpperCase();

/** SHOW prints a name bare where it could stand so. */
const printed = (name: readonly string[]): string =>
	name.map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join(".");

/** What a role holds by itself and by the roles that were granted to it; null where it may not look. */
async function privilegesOf(
	session: Session,
	dialect: Dialect,
	{ role, secondary }: { readonly role: string; readonly secondary: readonly string[] },
): Promise<Held | null> {
	const own = await grantsTo(session, dialect, [role, "PUBLIC"]);
	if (own === null || secondary.length === 0) return own;
	const more = await grantsTo(session, dialect, secondary);
	// What is made belongs to the primary role, which therefore must be allowed to make it.
	const helpful = [...(more?.privileges ?? [])].filter((key) => !/^(?:CREATE |OWNERSHIP\0|ALL\0)/.test(key));
	return { ...own, privileges: new Set([...own.privileges, ...helpful]) };
}

/** `{"roles":"READER,LOADER","value":"ALL"}`, which follows DEFAULT_SECONDARY_ROLES of the user. */
function secondaryRoles(told: string): readonly string[] {
	const roles = /"roles"\s*:\s*"([^"]*)"/.exec(told)?.[1] ?? "";
	return roles.split(",").flatMap((role) => (role.trim() === "" ? [] : [role.trim()]));
}

async function grantsTo(session: Session, dialect: Dialect, first: readonly string[]): Promise<Held | null> {
	const privileges = new Set<string>();
	const roles = new Set<string>();
	const [role] = first;
	const asked = [...first];
	for (let next = asked.pop(); next !== undefined && roles.size < MOST_ROLES; next = asked.pop()) {
		if (roles.has(next)) continue;
		roles.add(next);
		try {
			const table = await session.query(`show grants to role ${dialect.quote(next)}`);
			for (const cells of cellsOf(table)) {
				const [privilege, on, name] = ["privilege", "granted_on", "name"].map((c) => String(cells.get(c) ?? ""));
				if (on!.toUpperCase() === "ROLE") asked.push(unquoted(name!));
				else privileges.add(keyOf(privilege!, on!, name!));
			}
		} catch (error) {
			if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
			if (next === role) return null;
		}
	}
	return { privileges, roles };
}

const unquoted = (name: string): string => (/^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name);

const missingOf = (needed: NeededPrivileges, held: Held): NeededPrivileges => {
	const name = printed(needed.name);
	const onIt = (privilege: string): boolean => held.privileges.has(keyOf(privilege, needed.on, name));
	const has = (privilege: string): boolean =>
		onIt(privilege) ||
		(privilege === "APPLY" && holdsOnAccount(held, `APPLY ${needed.on.toUpperCase()}`)) ||
		(needed.on === "stage" && onIt("READ"));
	const all = onIt("OWNERSHIP") || onIt("ALL");
	return { ...needed, privileges: all ? [] : needed.privileges.filter((privilege) => !has(privilege)) };
};

/** What `tfm debug` says of the account: where the login stands, and each privilege that its role lacks. */
export async function inspectAccount(
	session: Session,
	dialect: Dialect,
	{ reach, fields }: { readonly reach: ProjectReach; readonly fields: ProfileFields },
): Promise<readonly Inspection[]> {
	const [row = []] = (await session.query(WHERE)).rows;
	const [user, role, warehouse, database, region, account, others] = row.map((cell) =>
		cell === null ? null : String(cell),
	);
	const lines: Inspection[] = [
		{ name: "account", value: [account, region].filter((part) => part !== null && part !== "").join(", ") },
		{ name: "user", value: `${user}, working as ${role ?? "no role"}` },
		warehouse === null || warehouse === undefined
			? {
					name: "warehouse",
					value: "none is in use",
					problem: "set `warehouse` of the profile's target, and grant usage on it to the role",
				}
			: { name: "warehouse", value: printed([warehouse]) },
		{ name: "database", value: database == null ? "none" : printed([database]) },
	];
	const secondary = secondaryRoles(others ?? "");
	if (secondary.length > 0)
		lines.push({
			name: "roles",
			value: `beside ${role}: ${secondary.join(", ")}, whose privileges count for all but what makes something`,
		});
	const held = role == null ? null : await privilegesOf(session, dialect, { role, secondary });
	if (held === null) {
		lines.push({ name: "privileges", value: "not known: the role may not list its own grants" });
		return lines;
	}
	const schemas = reach.writes.map(({ database, schema }) => ({ database, schema, identifier: "" }));
	const there = await schemasThere(session, schemas);
	for (const needed of neededPrivileges(reach, fields, dialect)) {
		const { on, name } = needed;
		if (on === "schema" && !there.has(placeOf({ database: name[0]!, schema: name[1]! }))) {
			lines.push({ name: "schema", value: `${printed(name)} is not there yet, and will be made` });
			continue;
		}
		lines.push(privilegeLine(needed, held, { role: role!, dialect }));
	}
	for (const needed of objectPrivileges(reach, fields, dialect))
		lines.push(privilegeLine(needed, held, { role: role!, dialect }));
	lines.push(...onAccount(reach, held, dialect.quote(role!)));
	lines.push(...(await futureGrants(session, reach, there, dialect)));
	lines.push(...(await foreignRelations(session, { reach, held, role: role!, dialect })));
	return lines.filter((line, i) => !lines.slice(i + 1).some((later) => saysMore(later, line)));
}

/** Whether the role has what it needs on one object; of a stage outside of Snowflake USAGE, of one within it READ. */
function privilegeLine(
	needed: NeededPrivileges,
	held: Held,
	{ role, dialect }: { readonly role: string; readonly dialect: Dialect },
): Inspection {
	const { privileges: lacking } = missingOf(needed, held);
	const place = printed(needed.name);
	const name = needed.on.endsWith("policy") ? "policy" : needed.on;
	const words = (some: readonly string[]): string =>
		some.map((p) => (needed.on === "stage" ? "usage or read" : p.toLowerCase())).join(", ");
	if (lacking.length === 0) return { name, value: `${place}: ${words(needed.privileges)}` };
	const to = dialect.quote(role);
	const missing = { ...needed, privileges: lacking };
	const statements = [grantStatement(missing, to, dialect), internalStageGrant(missing, to, dialect)];
	return {
		name,
		value: `${place}: ${role} lacks ${words(lacking)}`,
		problem: statements.filter((line) => line !== null).join(" "),
	};
}

/** `WH: usage` after `WH`. */
const saysMore = (later: Inspection, line: Inspection): boolean =>
	later.name === line.name && line.problem === undefined && later.value.startsWith(`${line.value}: `);

/**
 * Snowflake gives them to what is created in a schema, and a table that tfm publishes is renamed into it. Nothing is said
 * where the role may not ask.
 */
async function futureGrants(
	session: Session,
	{ writes }: ProjectReach,
	there: ReadonlySet<string>,
	dialect: Dialect,
): Promise<readonly Inspection[]> {
	const lines: Inspection[] = [];
	for (const place of writes) {
		if (!there.has(placeOf(place))) continue;
		const name = [place.database, place.schema];
		const asked = session.query(`show future grants in schema ${name.map(dialect.quote).join(".")}`);
		const cells = await asked.then(cellsOf, (error: unknown) => {
			if (error instanceof DatabaseError && error.kind === "sql") return [];
			throw error;
		});
		const told = cells
			.map((one) => ["privilege", "grant_on", "grantee_name"].map((c) => String(one.get(c) ?? "")))
			.filter(([privilege, on]) => on!.toUpperCase() === "TABLE" && privilege!.toUpperCase() !== "OWNERSHIP")
			.map(([privilege, , to]) => `${privilege!.toLowerCase()} to ${to}`);
		if (told.length > 0)
			lines.push({
				name: "grants",
				value: `future grants of ${printed(name)} do not reach new tables of tfm (${told.join(", ")}): name them in \`grants:\` of the models`,
			});
	}
	return lines;
}

/** SHOW GRANTS calls the account by a name that the session does not know, and there is one only. */
const holdsOnAccount = (held: Held, privilege: string): boolean =>
	[...held.privileges].some((key) => key.startsWith(`${privilege}\0ACCOUNT\0`));

function onAccount(reach: ProjectReach, held: Held, role: string): readonly Inspection[] {
	return accountPrivileges(reach).map((privilege) =>
		holdsOnAccount(held, privilege)
			? { name: "account", value: privilege.toLowerCase() }
			: {
					name: "account",
					value: `${role.slice(1, -1)} lacks ${privilege.toLowerCase()}`,
					problem: accountGrant(privilege, role),
				},
	);
}

/** A table takes another one's place only where the role owns both. */
async function foreignRelations(
	session: Session,
	about: {
		readonly reach: ProjectReach;
		readonly held: Held;
		readonly role: string;
		readonly dialect: Dialect;
	},
): Promise<readonly Inspection[]> {
	const { reach, held, role, dialect } = about;
	const others = new Map<
		string,
		{ count: number; readonly database: string; readonly schema: string; readonly owner: string }
	>();
	for (const { database, schema, owner } of await relationsAround(session, reach.writes)) {
		if (owner === undefined || owner === "" || held.roles.has(owner)) continue;
		const key = `${database}\0${schema}\0${owner}`;
		const known = others.get(key) ?? { count: 0, database, schema, owner };
		known.count++;
		others.set(key, known);
	}
	return [...others.values()].map(({ count, database, schema, owner }) => ({
		name: "ownership",
		value: `${count} ${count === 1 ? "relation" : "relations"} of ${printed([schema])} ${count === 1 ? "belongs" : "belong"} to ${owner}: where a model has one of these names it cannot be replaced (grant ownership on all tables in schema ${[database, schema].map(dialect.quote).join(".")} to role ${dialect.quote(role)} copy current grants;)`,
	}));
}
