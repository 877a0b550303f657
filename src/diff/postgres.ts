/** What a comparison asks Postgres' catalog; names are bound or given as literals. */

/** Names and printed types of a relation's columns, in order; no rows where there is none. $1: its rendered name. */
export const COLUMNS_OF = `select a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)
from pg_catalog.pg_attribute a
where a.attrelid = pg_catalog.to_regclass($1) and a.attnum > 0 and not a.attisdropped
order by a.attnum`;

/** The columns of each unique index that holds for every row, as JSON. $1: the relation's rendered name. */
export const UNIQUE_INDEXES_OF = `select pg_catalog.json_agg(a.attname order by a.attname)::text
from pg_catalog.pg_index i
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey[0:i.indnkeyatts - 1])
where i.indrelid = pg_catalog.to_regclass($1) and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
group by i.indexrelid`;

export const SERVER_VERSION = "select pg_catalog.current_setting('server_version_num')";
