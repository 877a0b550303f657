/** Who stands in the way of a publish, asked of the server. `$n` lists are comma-separated. */
import type { CellValue } from "../../../core/resultTable.ts";

/**
 * Sessions with a snapshot that may not see what was committed just now: [pid, key]. The key is the same as long as it is
 * the same transaction with the same snapshot. Ordinary roles see `backend_xmin` of everybody, but not what kind of backend
 * another role's session is: then a user makes it a client. `$1`: pids to leave out.
 */
export const OLD_SNAPSHOTS_SQL = `
select a.pid, concat_ws('/', a.pid, l.virtualtransaction, a.backend_xmin) as key
from pg_stat_activity a
left join pg_locks l on l.pid = a.pid and l.locktype = 'virtualxid' and l.granted and l.virtualxid = l.virtualtransaction
where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_xmin is not null
	and coalesce(a.backend_type in ('client backend', 'background worker'), a.usesysid is not null)
	and a.pid <> all(string_to_array($1, ',')::int[])
	and age(a.backend_xmin) > age(((pg_snapshot_xmax(pg_current_snapshot())::text::bigint) % 4294967296)::text::xid)
order by 1`;

/**
 * Transactions that hold a lock on the relations `$2`, other than that of the backend `$1`: [pid, transaction, idle].
 * Whether it is idle is hidden from roles without pg_read_all_stats (null then): its age has to tell.
 */
export const LOCK_HOLDERS_SQL = `
select min(l.pid), l.virtualtransaction, bool_or(a.state like 'idle%')
from pg_locks l left join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.granted and l.pid <> $1::int
	and l.database = (select oid from pg_database where datname = current_database())
	and l.relation = any(string_to_array($2, ',')::oid[])
group by 2 order by 1`;

/** [pid, user, application, state, seconds in this transaction]; what is hidden from the role is null. */
export const SESSIONS_SQL = `
select pid, usename::text, nullif(application_name, ''), state, extract(epoch from clock_timestamp() - xact_start)::int
from pg_stat_activity where pid = any(string_to_array($1, ',')::int[]) order by 1`;

/** `pid 4711 (anna, psql, idle in transaction, 35 s)` */
export function describeHolders(rows: readonly (readonly CellValue[])[]): readonly string[] {
	return rows.map(([pid, user, application, state, seconds]) => {
		const known = [user, application, state, seconds === null ? null : `${seconds} s`].filter((x) => x != null);
		return known.length === 0 ? `pid ${pid}` : `pid ${pid} (${known.join(", ")})`;
	});
}
