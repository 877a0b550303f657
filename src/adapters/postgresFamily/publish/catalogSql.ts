import { OLD_SNAPSHOTS_SQL } from "./lockHolders.ts";

/**
 * The catalog queries of publishing. Run with an empty search_path, so that every printed name is qualified. Each row is
 * one JSON text: the shapes are those of catalogFacts.ts. `$1` is a comma-separated list of oids.
 *
 * Planning them costs many times their execution (4 ms each, twice per publish), so a cheap look first says which
 * parts a relation can have at all, and the others are left out: most relations are plain tables that nothing holds.
 */

const needs = (catalog: string, object: string): string => `
	(select coalesce(json_agg(distinct pa.attname), '[]') from pg_depend pd
	 join pg_attribute pa on pa.attrelid = pd.refobjid and pa.attnum = pd.refobjsubid
	 where pd.classid = '${catalog}'::regclass and pd.objid = ${object} and pd.refclassid = 'pg_class'::regclass
	 and pd.refobjid = c.oid and pd.refobjsubid > 0)`;

const columnNames = (numbers: string): string => `
	(select coalesce(json_agg(ka.attname order by k.position), '[]') from unnest(${numbers}) with ordinality k(attnum, position)
	 join pg_attribute ka on ka.attrelid = c.oid and ka.attnum = k.attnum)`;

const acl = (items: string, owner: string): string => `
	(select coalesce(json_agg(json_build_object('grantee', case when x.grantee = 0 then null else pg_get_userbyid(x.grantee) end,
	 'owner', x.grantee = ${owner}, 'privilege', x.privilege_type, 'grantable', x.is_grantable)
	 order by x.grantee, x.privilege_type), '[]') from aclexplode(${items}) x)`;

/**
 * Names → oids, the parts that the relation may have, whether anything may hold it, and its partitions' oids. `$1` is a JSON array of
 * [schema, name] pairs. Both answers may say too much (the flags of pg_class outlive what they stand for), never too little:
 * `held` leaves out only what DEPENDENTS_SQL leaves out as well.
 */
export const OIDS_SQL = `
select n.nspname as schema, c.relname as name, c.oid::bigint::text as oid,
	concat_ws(',', case when c.relhasindex then 'indexes' end, case when c.relchecks > 0 or c.relhastriggers then 'constraints' end,
		case when c.relhastriggers then 'triggers' end, case when c.relhasrules then 'rules' end,
		case when exists(select from pg_policy where polrelid = c.oid) then 'policies' end,
		case when exists(select from pg_statistic_ext where stxrelid = c.oid) then 'statistics' end,
		case when exists(select from pg_publication) then 'publications' end) as parts,
	exists(select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
		and d.classid not in ('pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass)
		and not (d.classid = 'pg_type'::regclass and d.deptype = 'i')
		and not (d.classid = 'pg_rewrite'::regclass and exists(select from pg_rewrite w where w.oid = d.objid and w.ev_class = c.oid))
		and not (d.classid = 'pg_class'::regclass
			and exists(select from pg_class i where i.oid = d.objid and i.relkind in ('i', 'I', 't', 'S'))))
	or exists(select from pg_type t join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
		where t.oid = c.reltype and not (d.classid = 'pg_type'::regclass and d.deptype = 'i')) as held,
	case when c.relkind = 'p' then (select string_agg(t.relid::oid::text, ',') from pg_partition_tree(c.oid) t where t.level > 0) end as partitions
from json_array_elements($1::json) w
join pg_namespace n on n.nspname = w->>0 join pg_class c on c.relnamespace = n.oid and c.relname = w->>1
order by 1, 2`;

export const ENVIRONMENT_SQL = `
select json_build_object(
	'role', current_user::text,
	'lockSlots', current_setting('max_locks_per_transaction')::int
		* (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int),
	'schemas', (select json_agg(nspname order by nspname) from pg_namespace),
	'everywhere', ${acl("coalesce((select defaclacl from pg_default_acl where defaclrole = me.oid and defaclnamespace = 0 and defaclobjtype = 'r'), acldefault('r', me.oid))", "me.oid")},
	'inSchema', (select coalesce(json_agg(json_build_object('schema', n.nspname, 'acl', ${acl("a.defaclacl", "me.oid")}) order by n.nspname), '[]')
		from pg_default_acl a join pg_namespace n on n.oid = a.defaclnamespace where a.defaclrole = me.oid and a.defaclobjtype = 'r')
)::text as facts
from pg_roles me where me.rolname = current_user`;

/**
 * Everything that holds a reference to the relations of `$1`, to any view above them, materialized ones too (a rebuilt view
 * takes those above it along), or to their row types; their own parts left out.
 */
export const DEPENDENTS_SQL = `
with recursive above(oid) as (
	select unnest(string_to_array($1, ',')::oid[])
	union
	select w.ev_class from above join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = above.oid
		and d.classid = 'pg_rewrite'::regclass
	join pg_rewrite w on w.oid = d.objid and w.rulename = '_RETURN'
	join pg_class v on v.oid = w.ev_class and v.relkind in ('v', 'm')
),
held as (
	select above.oid as target, d.classid, d.objid, d.refobjsubid as attnum, false as rowtype, d.deptype
	from above join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = above.oid
	union all
	select above.oid, d.classid, d.objid, 0, true, d.deptype
	from above join pg_class c on c.oid = above.oid join pg_type t on t.oid = c.reltype
	join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
),
placed as (
	select held.*, (select relname from pg_class where oid = held.classid) as class,
		w.rulename, k.contype, k.conname, f.prokind,
		coalesce(w.ev_class, k.conrelid, p.polrelid, g.tgrelid, e.adrelid, s.stxrelid, own.oid, 0) as holder
	from held
	left join pg_rewrite w on held.classid = 'pg_rewrite'::regclass and w.oid = held.objid
	left join pg_constraint k on held.classid = 'pg_constraint'::regclass and k.oid = held.objid
	left join pg_policy p on held.classid = 'pg_policy'::regclass and p.oid = held.objid
	left join pg_trigger g on held.classid = 'pg_trigger'::regclass and g.oid = held.objid
	left join pg_attrdef e on held.classid = 'pg_attrdef'::regclass and e.oid = held.objid
	left join pg_statistic_ext s on held.classid = 'pg_statistic_ext'::regclass and s.oid = held.objid
	left join pg_class own on held.classid = 'pg_class'::regclass and own.oid = held.objid
	left join pg_proc f on held.classid = 'pg_proc'::regclass and f.oid = held.objid
)
select json_build_object(
	'target', target::bigint, 'holder', holder::bigint, 'holderKind', h.relkind::text, 'holderSchema', n.nspname, 'holderName', h.relname,
	'kind', case
		when rulename = '_RETURN' and h.relkind = 'v' then 'view'
		when rulename = '_RETURN' then 'matview'
		when rulename is not null then 'rule'
		when class = 'pg_proc' and not rowtype and placed.prokind in ('f', 'p') then 'function'
		when contype = 'f' then 'foreignKey'
		when class = 'pg_policy' then 'policy'
		else 'other' end,
	'rowType', rowtype,
	'column', (select attname from pg_attribute where attrelid = target and attnum = placed.attnum and placed.attnum > 0),
	'name', coalesce(rulename, conname, h.relname, ''),
	'what', case when rulename = '_RETURN' then pg_describe_object('pg_class'::regclass, holder, 0) else pg_describe_object(classid, objid, 0) end,
	'owner', pg_get_userbyid(coalesce(h.relowner, f.proowner)),
	'member', coalesce(pg_has_role(coalesce(h.relowner, f.proowner), 'USAGE'), true),
	'definition', case
		when class = 'pg_proc' and not rowtype and placed.prokind in ('f', 'p') then pg_get_functiondef(objid)
		when rulename <> '_RETURN' then pg_get_ruledef(objid)
		when contype = 'f' then pg_get_constraintdef(objid) end
)::text as facts
from placed
left join pg_class h on h.oid = holder left join pg_namespace n on n.oid = h.relnamespace
left join pg_proc f on classid = 'pg_proc'::regclass and f.oid = objid
where holder <> target
	and not (class = 'pg_type' and deptype = 'i')
	and not (class = 'pg_class' and (h.relkind in ('i', 'I', 't', 'S') or deptype = 'a'))
	and class not in ('pg_publication_rel', 'pg_statistic_ext')
order by target, class, objid, placed.attnum, rowtype`;

/** Each part as a JSON list; `needs` and keys are column names. */
const PARTS = {
	publications: `
	(select coalesce(json_agg(p.pubname order by p.pubname), '[]') from pg_publication_tables p
		where c.relkind in ('r', 'p') and p.schemaname = n.nspname and p.tablename = c.relname)`,
	indexes: `
	(select coalesce(json_agg(json_build_object(
			'oid', ic.oid::bigint, 'name', ic.relname, 'quoted', quote_ident(ic.relname), 'definition', pg_get_indexdef(ic.oid),
			'comment', obj_description(ic.oid, 'pg_class'),
			'needs', case when k.oid is null then ${needs("pg_class", "ic.oid")} else ${columnNames("k.conkey")} end,
			'constraint', case when k.oid is not null then json_build_object('oid', k.oid::bigint, 'name', k.conname,
				'type', k.contype::text, 'definition', pg_get_constraintdef(k.oid), 'comment', obj_description(k.oid, 'pg_constraint')) end,
			'replicaIdentity', x.indisreplident, 'clustered', x.indisclustered, 'primary', x.indisprimary,
			'key', case when x.indisunique and x.indisvalid and x.indimmediate and x.indpred is null and x.indexprs is null
				then ${columnNames("(x.indkey::int2[])[0:x.indnkeyatts - 1]")} end) order by ic.relname), '[]')
		from pg_index x join pg_class ic on ic.oid = x.indexrelid
		left join pg_constraint k on k.conindid = x.indexrelid and k.conrelid = c.oid and k.contype in ('p', 'u', 'x')
		where x.indrelid = c.oid)`,
	constraints: `
	(select coalesce(json_agg(json_build_object(
			'oid', k.oid::bigint, 'name', k.conname, 'type', k.contype::text, 'definition', pg_get_constraintdef(k.oid),
			'comment', obj_description(k.oid, 'pg_constraint'), 'needs', ${columnNames("k.conkey")},
			'refersTo', k.confrelid::bigint,
			'refersToSchema', coalesce(rn.nspname, ''), 'refersToRelation', coalesce(rc.relname, ''),
			'refersToName', coalesce(quote_ident(rn.nspname) || '.' || quote_ident(rc.relname), '')) order by k.contype, k.conname), '[]')
		from pg_constraint k left join pg_class rc on rc.oid = k.confrelid left join pg_namespace rn on rn.oid = rc.relnamespace
		where k.conrelid = c.oid and k.contype in ('c', 'f') and k.conparentid = 0)`,
	triggers: `
	(select coalesce(json_agg(json_build_object(
			'name', t.tgname, 'definition', pg_get_triggerdef(t.oid), 'comment', obj_description(t.oid, 'pg_trigger'),
			'enabled', t.tgenabled::text, 'needs', ${needs("pg_trigger", "t.oid")}) order by t.tgname), '[]')
		from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)`,
	rules: `
	(select coalesce(json_agg(json_build_object(
			'name', w.rulename, 'definition', pg_get_ruledef(w.oid), 'comment', obj_description(w.oid, 'pg_rewrite'),
			'enabled', w.ev_enabled::text, 'needs', ${needs("pg_rewrite", "w.oid")}) order by w.rulename), '[]')
		from pg_rewrite w where w.ev_class = c.oid and w.rulename <> '_RETURN')`,
	policies: `
	(select coalesce(json_agg(json_build_object(
			'name', p.polname, 'permissive', p.polpermissive, 'command', p.polcmd::text,
			'roles', (select json_agg(case when r = 0 then null else pg_get_userbyid(r) end) from unnest(p.polroles) r),
			'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
			'comment', obj_description(p.oid, 'pg_policy'), 'needs', ${needs("pg_policy", "p.oid")}) order by p.polname), '[]')
		from pg_policy p where p.polrelid = c.oid)`,
	statistics: `
	(select coalesce(json_agg(json_build_object(
			'oid', s.oid::bigint, 'name', s.stxname, 'schema', sn.nspname, 'definition', pg_get_statisticsobjdef(s.oid),
			'comment', obj_description(s.oid, 'pg_statistic_ext'), 'target', coalesce(s.stxstattarget, -1),
			'needs', ${needs("pg_statistic_ext", "s.oid")}) order by s.stxname), '[]')
		from pg_statistic_ext s join pg_namespace sn on sn.oid = s.stxnamespace where s.stxrelid = c.oid)`,
} as const;

/** What obj_description and col_description say: they are functions in SQL, each call of which is a query of its own. */
const commentOn = (column: string): string => `
	(select pd.description from pg_description pd where pd.objoid = c.oid and pd.classoid = 'pg_class'::regclass and pd.objsubid = ${column})`;

/**
 * The facts of the relations of `$1`, with these of their PARTS; the others are empty lists. The queries of those views
 * alone that are among `$2`: to print one takes as long as all else of four relations, and only those are made again from it that
 * hang on something.
 */
export function factsSql(parts: ReadonlySet<string>): string {
	const part = (name: keyof typeof PARTS): string => (parts.has(name) ? PARTS[name] : "'[]'::json");
	return `
select c.oid::bigint::text as oid, json_build_object(
	'oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind::text,
	'unlogged', c.relpersistence = 'u', 'partitionKey', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
	'printed', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
	'owner', pg_get_userbyid(c.relowner), 'member', pg_has_role(c.relowner, 'USAGE'),
	'acl', ${acl("coalesce(c.relacl, acldefault('r', c.relowner))", "c.relowner")},
	'rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity,
	'options', (select coalesce(json_agg(o), '[]') from (
		select unnest(c.reloptions) o union all
		select 'toast.' || unnest(tt.reloptions) from pg_class tt where tt.oid = c.reltoastrelid) o(o)),
	'replicaIdentity', c.relreplident::text, 'hasToast', c.reltoastrelid <> 0,
	'comment', ${commentOn("0")},
	'tablespace', (select spcname from pg_tablespace where oid = c.reltablespace),
	'labels', (select coalesce(json_agg(json_build_object('provider', l.provider, 'label', l.label,
			'column', (select attname from pg_attribute where attrelid = c.oid and attnum = l.objsubid and l.objsubid > 0))
			order by l.objsubid, l.provider), '[]') from pg_seclabel l where l.classoid = 'pg_class'::regclass and l.objoid = c.oid),
	'partition', c.relispartition,
	'extension', (select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
		where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'),
	'inheritance', exists(select from pg_inherits i where i.inhrelid = c.oid or i.inhparent = c.oid),
	'publications', ${part("publications")},
	'ownedSequences', (select coalesce(json_agg(s.relname order by s.relname), '[]') from pg_depend d
		join pg_class s on s.oid = d.objid and s.relkind = 'S'
		where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype in ('a', 'i')),
	'columns', (select coalesce(json_agg(json_build_object(
			'attnum', a.attnum, 'name', a.attname, 'type', a.atttypid::bigint, 'typmod', a.atttypmod, 'collation', a.attcollation::bigint,
			'printed', format_type(a.atttypid, a.atttypmod),
			'acl', case when a.attacl is null then null else ${acl("a.attacl", "c.relowner")} end,
			'comment', ${commentOn("a.attnum")}, 'identity', a.attidentity::text, 'generated', a.attgenerated <> '',
			'default', pg_get_expr(f.adbin, f.adrelid), 'statistics', coalesce(a.attstattarget, -1), 'notNull', a.attnotnull,
			'storage', case when a.attstorage <> ty.typstorage then a.attstorage::text end,
			'compression', nullif(to_jsonb(a)->>'attcompression', '')) order by a.attnum), '[]')
		from pg_attribute a join pg_type ty on ty.oid = a.atttypid left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
		where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
	'indexes', ${part("indexes")},
	'constraints', ${part("constraints")},
	'triggers', ${part("triggers")},
	'rules', ${part("rules")},
	'policies', ${part("policies")},
	'statistics', ${part("statistics")},
	'partitions', case when c.relkind <> 'p' then '[]'::json else (select coalesce(json_agg(json_build_object(
			'oid', p.oid::bigint, 'schema', pn.nspname, 'name', p.relname, 'kind', p.relkind::text) order by t.level, p.oid), '[]')
		from pg_partition_tree(c.oid) t join pg_class p on p.oid = t.relid join pg_namespace pn on pn.oid = p.relnamespace where t.level > 0) end,
	'query', case when c.relkind in ('v', 'm') and c.oid = any(string_to_array($2, ',')::oid[]) then pg_get_viewdef(c.oid) end
)::text as facts
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = any(string_to_array($1, ',')::oid[])
order by c.oid`;
}

export const ALL_PARTS: ReadonlySet<string> = new Set(Object.keys(PARTS));

const within = (sql: string, values: Readonly<Record<string, string>>): string =>
	sql.replaceAll(/\$\d/g, (bind) => values[bind] ?? bind);

/**
 * The queries above as one, which answers one row: the environment, [schema, name, oid] of each relation, what depends on
 * them, the facts, the digest of all that, [pid, key] of older snapshots, and whether `$4` is replaced in place. `$1`: JSON
 * array of [schema, name]; `$2`: JSON array of schemas that the publish itself fills; `$3`: the bind of OLD_SNAPSHOTS_SQL, or
 * null, which asks for none; `$4`: JSON array of schema and name of a candidate and of its target, or null. To plan it takes
 * ten times as long as to run it: for connections that keep it prepared. What materialized views that a publish fills depend
 * on is left out of facts and digest, as in readCatalog.ts.
 *
 * Where both of `$4` are views and the columns of the old one are the first of the new one's (isViewPrefix), the old one is
 * replaced in place: what reads it, and what reads that, stays as it is and is not looked at.
 */
export const lookSql = (digestSql: string): string => `
with o as materialized (${OIDS_SQL}),
parts as materialized (select unnest(string_to_array(partitions, ',')) as oid from o),
in_place as materialized (
	select t.oid from o f join o t on f.schema = $4::json->>0 and f.name = $4::json->>1 and t.schema = $4::json->>2 and t.name = $4::json->>3
	join pg_class fc on fc.oid = f.oid::oid and fc.relkind = 'v' join pg_class tc on tc.oid = t.oid::oid and tc.relkind = 'v'
	where not exists(select from pg_attribute a where a.attrelid = tc.oid and a.attnum > 0 and not exists(
		select from pg_attribute b where b.attrelid = fc.oid and b.attnum = a.attnum and b.attname = a.attname
		and b.atttypid = a.atttypid and b.atttypmod = a.atttypmod and b.attcollation = a.attcollation))),
maybe_held as materialized (select coalesce(string_agg(oid, ','), '') as ids from (
	select oid from o where held and oid not in (select oid from in_place) union select oid from parts) h),
d as materialized (${within(DEPENDENTS_SQL, { $1: "(select ids from maybe_held)" })}),
views as materialized (select distinct facts::json->>'holder' as oid from d
	where facts::json->>'kind' in ('view', 'matview') and coalesce(facts::json->>'holderSchema', '') !~ '^tfm_n_[0-9a-f]{10}_'),
shown as materialized (select coalesce(string_agg(oid, ','), '') as ids from views),
described as materialized (select string_agg(oid, ',') as ids from (select oid from o union select oid from views) r),
watched as materialized (
	select string_agg(oid, ',') as ids from (select oid from o union select oid from views union select oid from parts) r),
f as materialized (${within(factsSql(ALL_PARTS), { $1: "(select ids from described)", $2: "(select ids from shown)" })})
select e.facts, (select coalesce(json_agg(json_build_array(schema, name, oid)), '[]') from o)::text,
	(select coalesce(json_agg(facts::json), '[]') from d)::text,
	(select coalesce(json_agg(facts::json), '[]') from f)::text,
	(${within(digestSql, { $2: "(select ids from watched)", $3: "$2" })}),
	case when $3::text is not null then
		(select coalesce(json_agg(json_build_array(pid, key)), '[]') from (${within(OLD_SNAPSHOTS_SQL, { $1: "$3" })}) s) end::text,
	exists(select from in_place)
from (${ENVIRONMENT_SQL}) e`;
