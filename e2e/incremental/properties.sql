select json_build_object(
  'kind', c.relkind, 'persistence', c.relpersistence,
  'grants', (
    select json_agg(g order by g) from (
      select a.privilege_type || ' to ' || pg_get_userbyid(a.grantee) as g
      from aclexplode(c.relacl) a where a.grantee <> c.relowner
    ) x),
  'comment', obj_description(c.oid, 'pg_class'),
  'columns', (
    select json_object_agg(attname, col_description(c.oid, attnum) order by attname)
    from pg_attribute where attrelid = c.oid and attnum > 0 and col_description(c.oid, attnum) is not null),
  'indexes', (
    select json_agg(d order by d) from (
      select regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX .* ON [^ ]+ USING', '\1') as d
      from pg_indexes where schemaname = 'out' and tablename = c.relname
    ) x)
)::text
from pg_class c where c.oid = to_regclass('out.$name')
