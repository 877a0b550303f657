/**
 * What others hang on a warehouse and must find again after every publish: views of another role upon views, a
 * materialized view, a foreign key from outside, a publication, a function with a parsed body, rules; and what an
 * administrator adds to published relations: grants, policies, comments, indexes, keys, statistics, another owner.
 */
export const ROLES = (password) => `
create role runner login password '${password}';
create role reader login password '${password}';
create role analyst;
create role steward;
grant analyst, steward to runner;
create database faults owner tfm`;

export const BEFORE_FIRST_RUN = `
grant create on database faults to runner;
create schema bi authorization analyst;
grant usage on schema bi to reader, runner`;

const ADORNED = `
grant usage, create on schema staging, transform, reporting to steward;
grant usage on schema landing, staging, transform, reporting to reader, analyst;
grant select on all tables in schema landing, staging, transform, reporting to reader, analyst;
grant usage on schema tfm_state to reader;
grant select on tfm_state.loaded_files to reader;
grant references on transform.kept to analyst;
create publication kept_changes for table transform.kept;
grant select (id) on staging.orders to steward with grant option;
comment on table staging.orders is 'Orders; the administrator wrote this';
comment on column staging.orders.id is 'the key';
comment on view staging.first_orders is 'The first of them';
create index orders_payload on staging.orders (payload) where id > 10;
alter table staging.orders add constraint orders_positive check (id > 0), set (fillfactor = 90);
create statistics staging.orders_statistics on id, gen from staging.orders;
alter table staging.lines add constraint lines_key primary key (id), replica identity full, enable row level security;
create policy lines_reader on staging.lines for select to reader using (gen > 0);
create policy lines_analyst on staging.lines for select to analyst using (true);
alter table transform.joined owner to steward;
alter table transform.kept add primary key (id);
create rule side_inserted as on insert to staging.side_source do also notify side_source;
alter table transform.side_joined add constraint side_kept foreign key (id) references transform.kept (id)`;

const HUNG = `
create view bi.orders_500 with (security_barrier = true) as select id, gen, gen_below, payload, bad from staging.orders where id <= 500;
comment on view bi.orders_500 is 'For the dashboard';
comment on column bi.orders_500.gen is 'which run';
create trigger orders_500_insert instead of insert on bi.orders_500 for each row execute function bi.nothing();
create view bi.nested as select o.id, o.gen, f.gen as gen_below, f.payload, o.bad from bi.orders_500 o join staging.first_orders f on f.id = o.id;
create view bi.retyped_100 as select id, gen, gen_below, payload, bad from staging.retyped where id <= 100;
comment on view bi.retyped_100 is 'Its types change';
create trigger retyped_insert instead of insert on bi.retyped_100 for each row execute function bi.nothing();
create view bi.retyped_100_top as select id, gen, gen_below, payload, bad from bi.retyped_100;
create view bi.reordered_10 as select id, gen, gen_below, payload, bad from staging.reordered_top where id <= 10;
create view bi.kept_view as select k.id, k.gen, k.gen_below, k.payload, k.bad from transform.kept k;
create function bi.newest_order() returns bigint language sql stable begin atomic select max(gen)::bigint from staging.orders; end;
create materialized view bi.kept_rows as select count(*) as n from transform.kept;
create table bi.notes (id int references transform.kept (id), note text);
insert into bi.notes select i, 'note' from generate_series(1, 10) i;
create table bi.inbox (id int);
create table bi.outbox (id int, gen bigint);
create rule inbox_copy as on insert to bi.inbox do also insert into bi.outbox select new.id, (select max(l.gen) from staging.lines l);
comment on materialized view bi.kept_rows is 'How many are kept'`;

const HUNG_ON_INCREMENTALS = `
create view bi.slices_top as select id, gen, gen_below, payload, bad from transform.slices_view`;

/** To run once, when everything has been published a first time. */
export const hangForeignObjects = (features) =>
	`${ADORNED};
create function bi.nothing() returns trigger language plpgsql as 'begin return null; end';
create trigger orders_inserted after insert on staging.orders for each statement execute function bi.nothing();
alter function bi.nothing() owner to analyst;
set role analyst;${HUNG};${features.has("incremental") ? `${HUNG_ON_INCREMENTALS};` : ""}
grant select on all tables in schema bi to reader;
reset role${features.has("incremental") ? ";create index slices_payload on transform.slices (payload)" : ""}`;

/**
 * One line of text for each fact about the published and the foreign relations that a publish must leave as it was.
 * Column types and orders are left out: one table changes them in every run.
 */
export const FINGERPRINT = `
with rel as (
	select c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.relrowsecurity, c.relreplident,
		n.nspname || '.' || c.relname as name
	from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where n.nspname in ('landing', 'staging', 'transform', 'reporting', 'bi') and c.relkind in ('r', 'p', 'v', 'm')
)
select name || ' is ' || relkind::text || ' of ' || pg_get_userbyid(relowner) || ' rls ' || relrowsecurity || ' identity ' || relreplident::text
	|| ' options ' || coalesce(array_to_string(relreloptions_sorted.o, ','), '')
from rel cross join lateral (select array_agg(o order by o) as o from unnest(reloptions) o) relreloptions_sorted
union all
select name || ' grants ' || a.privilege_type || ' to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' grantable ' || a.is_grantable
from rel cross join lateral aclexplode(coalesce(relacl, acldefault('r', relowner))) a
union all
select name || '.' || t.attname || ' grants ' || a.privilege_type || ' to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' grantable ' || a.is_grantable
from rel join pg_attribute t on t.attrelid = rel.oid and not t.attisdropped cross join lateral aclexplode(t.attacl) a
union all
select name || coalesce('.' || t.attname, '') || ' is commented ' || d.description
from rel join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = rel.oid
left join pg_attribute t on t.attrelid = rel.oid and t.attnum = d.objsubid and d.objsubid > 0
union all
select name || ' index ' || pg_get_indexdef(i.indexrelid) from rel join pg_index i on i.indrelid = rel.oid
union all
select name || ' constraint ' || c.conname || ' ' || pg_get_constraintdef(c.oid) || ' validated ' || c.convalidated
from rel join pg_constraint c on c.conrelid = rel.oid
union all
select name || ' policy ' || p.polname || ' ' || p.polcmd::text || ' ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' to '
	|| (select string_agg(r::regrole::text, ',' order by r::regrole::text) from unnest(p.polroles) r)
from rel join pg_policy p on p.polrelid = rel.oid
union all
select name || ' trigger ' || pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
from rel join pg_trigger t on t.tgrelid = rel.oid and not t.tgisinternal
union all
select name || ' rule ' || r.rulename || ' ' || pg_get_ruledef(r.oid) from rel join pg_rewrite r on r.ev_class = rel.oid and r.rulename <> '_RETURN'
union all
select name || ' statistics ' || pg_get_statisticsobjdef(s.oid) from rel join pg_statistic_ext s on s.stxrelid = rel.oid
union all
select name || ' in publication ' || p.pubname from rel join pg_publication_rel pr on pr.prrelid = rel.oid join pg_publication p on p.oid = pr.prpubid
union all
select name || ' reads ' || pg_get_viewdef(rel.oid) from rel where relkind in ('v', 'm') and name like 'bi.%'
union all
select 'function ' || pg_get_functiondef(p.oid) || ' of ' || pg_get_userbyid(p.proowner)
from pg_proc p where p.pronamespace = 'bi'::regnamespace
union all
select 'schema ' || nspname || ' of ' || pg_get_userbyid(nspowner) || ' ' || a.privilege_type || ' to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public')
from pg_namespace cross join lateral aclexplode(nspacl) a where nspname in ('landing', 'staging', 'transform', 'reporting', 'bi')
order by 1`;

export function faultsOfFingerprint(before, now) {
	const was = new Set(before);
	const is = new Set(now);
	return [
		...before.filter((line) => !is.has(line)).map((line) => `lost: ${line}`),
		...now.filter((line) => !was.has(line)).map((line) => `appeared: ${line}`),
	].slice(0, 12);
}

/** Relations in tfm's shadow schemas; `o` schemas may not be seen at all. */
export const SHADOWS = `
select n.nspname as schema, c.relname as name from pg_namespace n
left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'v', 'm', 'p')
where n.nspname like 'tfm\\_c\\_%' and c.oid is not null or n.nspname like 'tfm\\_o\\_%' order by 1, 2`;
