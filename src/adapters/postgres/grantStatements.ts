import type { ProjectReach } from "../../core/projectReach.ts";

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * `--grants-sql`: all that the role of a project needs, as statements that may be run again. Schemas of tfm's own are
 * made by the role, so `create` on the database is all that they need.
 */
export function grantStatements(
	{ writes, reads }: ProjectReach,
	{ database, role }: { readonly database: string; readonly role: string },
): readonly string[] {
	const to = `to ${quoted(role)};`;
	return [
		`grant connect, create on database ${quoted(database)} ${to}`,
		...writes.flatMap(({ schema }) => [
			`create schema if not exists ${quoted(schema)};`,
			`grant usage, create on schema ${quoted(schema)} ${to}`,
		]),
		...reads.flatMap(({ schema }) => [
			`grant usage on schema ${quoted(schema)} ${to}`,
			`grant select on all tables in schema ${quoted(schema)} ${to}`,
			`alter default privileges in schema ${quoted(schema)} grant select on tables ${to}`,
		]),
	];
}
