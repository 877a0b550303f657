/** Views outside of the schemas in the bind (a JSON array) that read something in them; they would go with it. */
export const DEPENDENT_VIEWS = `select distinct vn.nspname::text, v.relname::text
from pg_catalog.pg_depend d
join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
join pg_catalog.pg_class v on v.oid = r.ev_class
join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
join pg_catalog.pg_class t on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and t.oid = d.refobjid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where tn.nspname in (select json_array_elements_text($1::json)) and vn.nspname not in (select json_array_elements_text($1::json))
order by 1, 2 limit 20`;
