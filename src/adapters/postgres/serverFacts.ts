import type { ServerConnection } from "./serverConnection.ts";

/** What is asked of a server once, right after the first login. */
export interface ServerFacts {
	/** "15.18", without what a distribution adds. */
	readonly version: string;
	/** 150018 */
	readonly versionNumber: number;
	/** Connections that may still be made, this one not counted: by the server, the role and the database. */
	readonly free: number;
}

/** The tightest of three limits; null where there is none. Every role may read these catalogs. */
const FACTS = `select pg_catalog.current_setting('server_version'), pg_catalog.current_setting('server_version_num'),
	least(
		(select sum(case name when 'max_connections' then setting::int else -setting::int end)
			from pg_catalog.pg_settings
			where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections'))
			- (select sum(numbackends) from pg_catalog.pg_stat_database),
		(select case when r.rolconnlimit >= 0 then r.rolconnlimit
				- (select count(*) from pg_catalog.pg_stat_activity a where a.usesysid = r.oid) end
			from pg_catalog.pg_roles r where r.rolname = session_user),
		(select case when d.datconnlimit >= 0 then d.datconnlimit
				- (select s.numbackends from pg_catalog.pg_stat_database s where s.datid = d.oid) end
			from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
	)`;

export async function askServer(connection: ServerConnection): Promise<ServerFacts> {
	const { rows, error } = await connection.send({ kind: "query", sql: FACTS, binds: [] });
	if (error !== null) throw connection.failure(error);
	const [version, number, free] = rows[0] ?? [];
	return Object.freeze({
		version: String(version).replace(/ .*$/, ""),
		versionNumber: Number(number),
		free: Math.max(0, Number(free ?? 0)),
	});
}
