import type { Dialect } from "../../core/adapter.ts";
import type { ProjectReach } from "../../core/projectReach.ts";
import type { ProfileFields } from "./connectionOptions.ts";
import { type NamedObject, objectsNamed } from "./namedObjects.ts";
import { inSql, stored } from "./profileNames.ts";

/** Privileges on one object that a role needs; names as they are stored. */
export interface NeededPrivileges {
	readonly on: "warehouse" | "database" | "schema" | NamedObject["on"];
	/** A warehouse or database has one part, a schema two, what stands in one three. */
	readonly name: readonly string[];
	/** In capitals, as SHOW GRANTS prints them. */
	readonly privileges: readonly string[];
}

/**
 * What a project's role needs, in the order of how one object lies in another. Schemas of tfm's own (candidates, kept
 * generations, notes) are made by the role, which then owns them: `create schema` is all that they need.
 */
export function neededPrivileges(
	{ writes, reads, warehouses, named }: ProjectReach,
	fields: ProfileFields,
	dialect: Dialect,
): readonly NeededPrivileges[] {
	const machines = [fields.warehouse, ...[...warehouses].map(inSql)].filter(
		(name): name is string => typeof name === "string",
	);
	const written = new Set(writes.map(({ database }) => database));
	const others = [
		...reads.map(({ database }) => database),
		...objectsNamed(named, fields, dialect).map(({ name: [database] }) => database),
	];
	const read = [...new Set(others)].filter((name) => !written.has(name));
	return [
		...[...new Set(machines.map((name) => stored(name, dialect)))].map(
			(name): NeededPrivileges => ({ on: "warehouse", name: [name], privileges: ["USAGE"] }),
		),
		...[...written].map(
			(name): NeededPrivileges => ({ on: "database", name: [name], privileges: ["USAGE", "CREATE SCHEMA"] }),
		),
		...read.map((name): NeededPrivileges => ({ on: "database", name: [name], privileges: ["USAGE"] })),
		...writes.map(
			({ database, schema, makes }): NeededPrivileges => ({
				on: "schema",
				name: [database, schema],
				privileges: ["USAGE", ...makes.map((thing) => `CREATE ${thing.toUpperCase()}`)],
			}),
		),
	];
}

const nameOf = ({ name }: Pick<NeededPrivileges, "name">, dialect: Dialect): string =>
	name.map(dialect.quote).join(".");

/**
 * What the role needs on policies, tags and stages that configs name, and on their schemas, which somebody else makes.
 * Whoever owns a table sets a policy or tag on it with APPLY on that one. USAGE is for a stage outside of Snowflake.
 */
export function objectPrivileges(
	{ writes, named }: ProjectReach,
	fields: ProfileFields,
	dialect: Dialect,
): readonly NeededPrivileges[] {
	const objects = objectsNamed(named, fields, dialect);
	const own = new Set(writes.map(({ database, schema }) => nameOf({ name: [database, schema] }, dialect)));
	const schemas = new Map<string, readonly string[]>();
	for (const { name } of objects) {
		const place = name.slice(0, 2);
		const key = nameOf({ name: place }, dialect);
		if (!own.has(key)) schemas.set(key, place);
	}
	return [
		...[...schemas.values()].map((name): NeededPrivileges => ({ on: "schema", name, privileges: ["USAGE"] })),
		...objects.map((one): NeededPrivileges => ({ ...one, privileges: [one.on === "stage" ? "USAGE" : "APPLY"] })),
	];
}

/** Which of the two a stage is, only the account knows: beside the grant, as a comment; null for all else. */
export const internalStageGrant = (needed: NeededPrivileges, role: string, dialect: Dialect): string | null =>
	needed.on === "stage"
		? `-- if the stage is one of Snowflake's own: ${grantStatement({ ...needed, privileges: ["READ"] }, role, dialect)}`
		: null;

/** `role` as it stands in SQL. */
export const grantStatement = (needed: NeededPrivileges, role: string, dialect: Dialect): string =>
	`grant ${needed.privileges.map((p) => p.toLowerCase()).join(", ")} on ${needed.on} ${nameOf(needed, dialect)} to role ${role};`;

/** Privileges on the account, in capitals: who tests by Data Metric Functions, and is told by alerts. */
export const accountPrivileges = ({ native }: ProjectReach): readonly string[] =>
	native === null
		? []
		: [
				"EXECUTE DATA METRIC FUNCTION",
				...(native.alerts ? ["EXECUTE ALERT"] : []),
				...(native.ownMachines ? ["EXECUTE MANAGED ALERT"] : []),
			];

export const accountGrant = (privilege: string, role: string): string =>
	`grant ${privilege.toLowerCase()} on account to role ${role};`;

/** Functions and alerts stand among tfm's own tables; what they found is read by a role that Snowflake has for it. */
function nativeGrants(
	reach: ProjectReach,
	fields: ProfileFields,
	{ role, dialect }: { readonly role: string; readonly dialect: Dialect },
): readonly string[] {
	if (reach.native === null) return [];
	const databases = new Set(reach.writes.map(({ database }) => database));
	if (typeof fields.database === "string") databases.add(stored(fields.database, dialect));
	const makes = ["create table", "create data metric function", ...(reach.native.alerts ? ["create alert"] : [])];
	return [
		...accountPrivileges(reach).map((privilege) => accountGrant(privilege, role)),
		`grant database role snowflake.data_metric_user to role ${role};`,
		`grant application role snowflake.data_quality_monitoring_lookup to role ${role};`,
		...[...databases].flatMap((database) => {
			const home = nameOf({ name: [database, "TFM_STATE"] }, dialect);
			return [
				`create schema if not exists ${home};`,
				`grant usage, ${makes.join(", ")} on schema ${home} to role ${role};`,
			];
		}),
	];
}

/** `--grants-sql`: all that the role needs, as statements that may be run again; nothing is asked of the account. */
export function grantStatements(reach: ProjectReach, fields: ProfileFields, dialect: Dialect): readonly string[] {
	const named = typeof fields.role === "string" && fields.role !== "" ? fields.role : null;
	const role = named === null ? "<role>" : dialect.quote(stored(named, dialect));
	const needed = neededPrivileges(reach, fields, dialect);
	const schemas = needed.filter(({ on }) => on === "schema");
	const statements = [
		...(named === null ? ["-- the profile names no `role`: write the user's default role for <role>"] : []),
		...needed.filter(({ on }) => on !== "schema").map((one) => grantStatement(one, role, dialect)),
		...schemas.flatMap((one) => [
			`create schema if not exists ${nameOf(one, dialect)};`,
			grantStatement(one, role, dialect),
		]),
		...nativeGrants(reach, fields, { role, dialect }),
		...objectPrivileges(reach, fields, dialect).flatMap((one) => [
			grantStatement(one, role, dialect),
			...[internalStageGrant(one, role, dialect)].filter((line) => line !== null),
		]),
		...reach.reads.flatMap(({ database, schema }) => {
			const place = nameOf({ name: [database, schema] }, dialect);
			return [
				`grant usage on schema ${place} to role ${role};`,
				`grant select on all tables in schema ${place} to role ${role};`,
				`grant select on all views in schema ${place} to role ${role};`,
				`grant select on future tables in schema ${place} to role ${role};`,
				`grant select on future views in schema ${place} to role ${role};`,
			];
		}),
	];
	// A schema may hold both a source and a stage.
	return [...new Set(statements)];
}
