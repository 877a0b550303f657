-- ====================================================================================================
-- The first run



-- big

use warehouse big_wh;

show parameters like 'query_tag' in session;

alter session set query_tag = 'big';

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BIG
as (
 select 1 as id
);

alter session unset query_tag;

use warehouse "WH";

alter session unset query_tag;

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BIG" rename to "ANALYTICS"."SHOP"."BIG";

-- events

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.EVENTS
as (
 select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."EVENTS" rename to "ANALYTICS"."SHOP"."EVENTS";

-- batches

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BATCHES
as (
 select * from (select * from analytics.shop.events where at >= '2026-01-01 00:00:00+00:00' and at < '2026-01-02 00:00:00+00:00') _dbt_et_filter_subq_events
);

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_520ea92e27e2"
as (
 select * from (select * from analytics.shop.events where at >= '2026-01-02 00:00:00+00:00' and at < '2026-01-03 00:00:00+00:00') _dbt_et_filter_subq_events
);

begin;

delete from ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BATCHES as DBT_INTERNAL_TARGET
where (DBT_INTERNAL_TARGET.at >= to_timestamp_tz('2026-01-02 00:00:00+00:00'))
    and (DBT_INTERNAL_TARGET.at < to_timestamp_tz('2026-01-03 00:00:00+00:00'));

insert into ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BATCHES ("ID", "NAME", "AT")
(
    select "ID", "NAME", "AT"
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_520ea92e27e2"
);

drop table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_520ea92e27e2";

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BATCHES" rename to "ANALYTICS"."SHOP"."BATCHES";

-- rows_told

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.ROWS_TOLD
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."ROWS_TOLD" rename to "ANALYTICS"."SHOP"."ROWS_TOLD";

comment on table "ANALYTICS"."SHOP"."ROWS_TOLD" is 'rows';

comment on column "ANALYTICS"."SHOP"."ROWS_TOLD"."ID" is 'key';

-- table_told

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.TABLE_TOLD
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."TABLE_TOLD" rename to "ANALYTICS"."SHOP"."TABLE_TOLD";

comment on table "ANALYTICS"."SHOP"."TABLE_TOLD" is 'a
b''s';

comment on column "ANALYTICS"."SHOP"."TABLE_TOLD"."ID" is 'key';

-- view_told

create or replace view ANALYTICS.TFM_C_F6BAD5D36D_SHOP.VIEW_TOLD (
    "ID" comment 'key',
    "NAME",
    "AT"
)
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

create or replace view ANALYTICS.SHOP.VIEW_TOLD (
    "ID" comment 'key',
    "NAME",
    "AT"
)
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."VIEW_TOLD";

comment on view "ANALYTICS"."SHOP"."VIEW_TOLD" is 'a view';

-- countries

create table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES" ("CODE" varchar(2), "NAME" text);

begin;

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES" ("CODE", "NAME") from @~/tfm/<load>/ file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES" rename to "ANALYTICS"."SHOP"."COUNTRIES";

comment on table "ANALYTICS"."SHOP"."COUNTRIES" is 'all of them';

comment on column "ANALYTICS"."SHOP"."COUNTRIES"."CODE" is 'it''s ISO';

-- by_check

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_CHECK
as (
select *,
    md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(at as varchar), '') || '|' || coalesce(cast(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as varchar), '')) as dbt_scd_id,
    to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
    to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
    coalesce(nullif(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())), to_timestamp_ntz(convert_timezone('UTC', current_timestamp()))), null) as dbt_valid_to
from (
select * from analytics.shop.events
) as snapshot_query
);

with begun as (
    select id as key_1, at as key_2, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_CHECK
    group by 1, 2
    having count(*) > 1
),
twice as (
    select * from begun
    where key_1 is not null and key_2 is not null
)
select count(*) as duplicates, (select concat_ws(', ', key_1, key_2) from twice order by key_1, key_2 limit 1) as first_keys from twice;

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BY_CHECK" rename to "ANALYTICS"."SHOP"."BY_CHECK";

-- by_time

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_TIME
as (
select *,
    md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(at as varchar), '')) as dbt_scd_id,
    at as dbt_updated_at,
    at as dbt_valid_from,
    coalesce(nullif(at, at), null) as dbt_valid_to
from (
select * from analytics.shop.events
) as snapshot_query
);

with begun as (
    select id as key_1, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_TIME
    group by 1
    having count(*) > 1
),
twice as (
    select * from begun
    where key_1 is not null
)
select count(*) as duplicates, (select concat_ws(', ', key_1) from twice order by key_1 limit 1) as first_keys from twice;

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BY_TIME" rename to "ANALYTICS"."SHOP"."BY_TIME";

-- kept_deleted

create or replace table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.KEPT_DELETED
as (
select *,
    md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as varchar), '')) as dbt_scd_id,
    to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
    to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
    coalesce(nullif(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())), to_timestamp_ntz(convert_timezone('UTC', current_timestamp()))), to_date('9999-12-31')) as dbt_valid_to,
    'False' as dbt_is_deleted
from (
select * from analytics.shop.events
) as snapshot_query
);

with begun as (
    select id as key_1, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP.KEPT_DELETED
    group by 1
    having count(*) > 1
),
twice as (
    select * from begun
    where key_1 is not null
)
select count(*) as duplicates, (select concat_ws(', ', key_1) from twice order by key_1 limit 1) as first_keys from twice;

alter table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."KEPT_DELETED" rename to "ANALYTICS"."SHOP"."KEPT_DELETED";

-- appended

create table "ANALYTICS"."LANDING"."APPENDED" ("ID" NUMBER(38,0), "DOC" VARIANT, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

create table if not exists "ANALYTICS"."LANDING"."APPENDED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

begin;

delete from "ANALYTICS"."LANDING"."APPENDED";

delete from "ANALYTICS"."LANDING"."APPENDED__REJECTS";

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."APPENDED" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

-- merged

create table "ANALYTICS"."LANDING"."MERGED" ("ID" NUMBER(38,0), "DOC" VARIANT, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

create table if not exists "ANALYTICS"."LANDING"."MERGED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

create or replace temporary table "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" like "ANALYTICS"."LANDING"."MERGED";

create or replace temporary table "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79_LOST" as select "ID" from "ANALYTICS"."LANDING"."MERGED" where false;

begin;

delete from "ANALYTICS"."LANDING"."MERGED";

delete from "ANALYTICS"."LANDING"."MERGED__REJECTS";

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

merge into "ANALYTICS"."LANDING"."MERGED" as t using (select "ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT" from "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" qualify row_number() over (partition by "ID" order by _tfm_row desc) = 1) as s on t."ID" = s."ID"
when matched then update set "ID" = s."ID", "DOC" = s."DOC", "_TFM_FILE" = s."_TFM_FILE", "_TFM_ROW" = s."_TFM_ROW", "_TFM_LOADED_AT" = s."_TFM_LOADED_AT"
when not matched then insert ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") values (s."ID", s."DOC", s."_TFM_FILE", s."_TFM_ROW", s."_TFM_LOADED_AT");

delete from "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79";

commit;

-- replaced

create table "ANALYTICS"."LANDING"."REPLACED" ("ID" NUMBER(38,0), "DOC" VARIANT, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

create table if not exists "ANALYTICS"."LANDING"."REPLACED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

begin;

delete from "ANALYTICS"."LANDING"."REPLACED";

delete from "ANALYTICS"."LANDING"."REPLACED__REJECTS";

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."REPLACED" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

-- in_big

use warehouse big_wh;

create schema if not exists "ANALYTICS"."SHOP_DBT_TEST__AUDIT";

create or replace transient table ANALYTICS.SHOP_DBT_TEST__AUDIT.IN_BIG
as (
 select * from analytics.shop.big where id > 1
);

select
    count(*) as failures,
    count(*) != 0 as should_warn,
    count(*) != 0 as should_error
from (
    select * from "ANALYTICS"."SHOP_DBT_TEST__AUDIT"."IN_BIG"
    
) dbt_internal_test;

use warehouse "WH";

/* operation.shop.shop-on-run-end-0 */
select 'the end';

-- ====================================================================================================
-- The next one



-- big

use warehouse big_wh;

show parameters like 'query_tag' in session;

alter session set query_tag = 'big';

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BIG
as (
 select 1 as id
);

alter session unset query_tag;

use warehouse "WH";

alter session unset query_tag;

alter table "ANALYTICS"."SHOP"."BIG" swap with "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BIG";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BIG";

-- events

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.EVENTS
as (
 select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'c', to_timestamp_ntz('2026-01-02')
);

alter table "ANALYTICS"."SHOP"."EVENTS" swap with "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."EVENTS";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."EVENTS";

-- batches

create or replace transient table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BATCHES" clone "ANALYTICS"."SHOP"."BATCHES";

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_520ea92e27e2"
as (
 select * from (select * from analytics.shop.events where at >= '2026-01-02 00:00:00+00:00' and at < '2026-01-03 00:00:00+00:00') _dbt_et_filter_subq_events
);

begin;

delete from ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BATCHES as DBT_INTERNAL_TARGET
where (DBT_INTERNAL_TARGET.at >= to_timestamp_tz('2026-01-02 00:00:00+00:00'))
    and (DBT_INTERNAL_TARGET.at < to_timestamp_tz('2026-01-03 00:00:00+00:00'));

insert into ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BATCHES ("ID", "NAME", "AT")
(
    select "ID", "NAME", "AT"
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_520ea92e27e2"
);

drop table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_520ea92e27e2";

alter table "ANALYTICS"."SHOP"."BATCHES" swap with "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BATCHES";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BATCHES";

-- rows_told

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_e336afb78279"
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

select count(*), min(DBT_INTERNAL_SOURCE.id::text) from "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_e336afb78279" as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.id is not null
group by DBT_INTERNAL_SOURCE.id having count(*) > 1 order by 1 desc, 2 limit 1;

create view "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."ROWS_TOLD" as
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME", DBT_INTERNAL_SOURCE."AT" as "AT"
from "ANALYTICS"."SHOP"."ROWS_TOLD" as DBT_INTERNAL_DEST
join "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_e336afb78279" as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
union all
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME", DBT_INTERNAL_DEST."AT" as "AT"
from "ANALYTICS"."SHOP"."ROWS_TOLD" as DBT_INTERNAL_DEST
where not exists (select 1 from "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_e336afb78279" as DBT_INTERNAL_SOURCE where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id))
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME", DBT_INTERNAL_SOURCE."AT" as "AT"
from "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_e336afb78279" as DBT_INTERNAL_SOURCE
where not exists (select 1 from "ANALYTICS"."SHOP"."ROWS_TOLD" as DBT_INTERNAL_DEST where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id));

begin;

merge into ANALYTICS.SHOP.ROWS_TOLD as DBT_INTERNAL_DEST
    using ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_e336afb78279" as DBT_INTERNAL_SOURCE
    on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
when matched then update set
    "ID" = DBT_INTERNAL_SOURCE."ID",
    "NAME" = DBT_INTERNAL_SOURCE."NAME",
    "AT" = DBT_INTERNAL_SOURCE."AT"
when not matched then insert
    ("ID", "NAME", "AT")
    values
    ("ID", "NAME", "AT");

commit;

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."ROWS_TOLD";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_e336afb78279";

-- table_told

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP.TABLE_TOLD
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

alter table "ANALYTICS"."SHOP"."TABLE_TOLD" swap with "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."TABLE_TOLD";

comment on table "ANALYTICS"."SHOP"."TABLE_TOLD" is 'a
b''s';

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."TABLE_TOLD";

comment on column "ANALYTICS"."SHOP"."TABLE_TOLD"."ID" is 'key';

-- view_told

create or replace view ANALYTICS.TFM_C_F6BAD5D36D_SHOP.VIEW_TOLD (
    "ID" comment 'key',
    "NAME",
    "AT"
)
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

create or replace view ANALYTICS.SHOP.VIEW_TOLD (
    "ID" comment 'key',
    "NAME",
    "AT"
)
as (
select 1 as id, 'a' as name, to_timestamp_ntz('2026-01-01') as at union all select 2, 'b', to_timestamp_ntz('2026-01-02')
);

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."VIEW_TOLD";

comment on view "ANALYTICS"."SHOP"."VIEW_TOLD" is 'a view';

-- countries

create table "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES" ("CODE" varchar(2), "NAME" text);

begin;

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES" ("CODE", "NAME") from @~/tfm/<load>/ file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

alter table "ANALYTICS"."SHOP"."COUNTRIES" swap with "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES";

comment on table "ANALYTICS"."SHOP"."COUNTRIES" is 'all of them';

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."COUNTRIES";

comment on column "ANALYTICS"."SHOP"."COUNTRIES"."CODE" is 'it''s ISO';

-- by_check

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_0bc72767dc6e"
as (
with snapshot_query as (
select * from analytics.shop.events
),
twice as (
    select id as dbt_unique_key_1, at as dbt_unique_key_2
    from snapshot_query
    group by 1, 2
    having count(*) > 1
),
beginning as (
    select *, id as dbt_unique_key_1, at as dbt_unique_key_2,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        coalesce(nullif(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())), to_timestamp_ntz(convert_timezone('UTC', current_timestamp()))), null) as dbt_valid_to,
        md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(at as varchar), '') || '|' || coalesce(cast(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as varchar), '')) as dbt_scd_id
    from snapshot_query
),
ending as (
    select *, id as dbt_unique_key_1, at as dbt_unique_key_2,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_to
    from snapshot_query
),
insertions as (
    select 'insert' as dbt_change_type, source_data.*
    from beginning as source_data
    left join (
        select *, id as dbt_unique_key_1, at as dbt_unique_key_2
        from ANALYTICS.SHOP.BY_CHECK
        where dbt_valid_to is null
    ) as snapshotted_data on snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1 and snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2
    where snapshotted_data.dbt_unique_key_1 is null
        or (snapshotted_data.dbt_unique_key_1 is not null and ((snapshotted_data."NAME" != source_data."NAME" or (snapshotted_data."NAME" is null) != (source_data."NAME" is null))))
        or (source_data.dbt_unique_key_1, source_data.dbt_unique_key_2) in (select dbt_unique_key_1, dbt_unique_key_2 from twice)
),
updates as (
    select 'update' as dbt_change_type, source_data.*, snapshotted_data.dbt_scd_id
    from ending as source_data
    join (
        select *, id as dbt_unique_key_1, at as dbt_unique_key_2
        from ANALYTICS.SHOP.BY_CHECK
        where dbt_valid_to is null
    ) as snapshotted_data on snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1 and snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2
    where ((snapshotted_data."NAME" != source_data."NAME" or (snapshotted_data."NAME" is null) != (source_data."NAME" is null)))
),
present as (
    select *, id as dbt_unique_key_1, at as dbt_unique_key_2
    from snapshot_query
),
deletes as (
    select 'delete' as dbt_change_type, source_data.*,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_to,
        snapshotted_data.dbt_scd_id
    from (
        select *, id as dbt_unique_key_1, at as dbt_unique_key_2
        from ANALYTICS.SHOP.BY_CHECK
        where dbt_valid_to is null
    ) as snapshotted_data
    left join present as source_data on snapshotted_data.dbt_unique_key_1 = source_data.dbt_unique_key_1 and snapshotted_data.dbt_unique_key_2 = source_data.dbt_unique_key_2
    where source_data.dbt_unique_key_1 is null
)
select * from insertions
union all
select * from updates
union all
select * from deletes
);

with begun as (
    select DBT_UNIQUE_KEY_1, DBT_UNIQUE_KEY_2, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_0bc72767dc6e"
    where dbt_change_type = 'insert'
    group by DBT_UNIQUE_KEY_1, DBT_UNIQUE_KEY_2
),
twice as (
    select * from begun where versions > 1 and DBT_UNIQUE_KEY_1 is not null and DBT_UNIQUE_KEY_2 is not null
)
select
    (select coalesce(sum(versions), 0) from begun) as inserted,
    (select count(*) from twice) as duplicates,
    (select concat_ws(', ', DBT_UNIQUE_KEY_1, DBT_UNIQUE_KEY_2) from twice order by DBT_UNIQUE_KEY_1, DBT_UNIQUE_KEY_2 limit 1) as first_keys;

create view ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_CHECK as
select
    snapshotted."ID",
    snapshotted."NAME",
    snapshotted."AT",
    snapshotted."DBT_SCD_ID",
    snapshotted."DBT_UPDATED_AT",
    snapshotted."DBT_VALID_FROM",
    case when closed.dbt_closed then closed.dbt_closed_at else snapshotted."DBT_VALID_TO" end as "DBT_VALID_TO"
from ANALYTICS.SHOP.BY_CHECK as snapshotted
left join (
    select cast(dbt_scd_id as text) as dbt_closed_id, max(dbt_valid_to) as dbt_closed_at, true as dbt_closed
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_0bc72767dc6e"
    where dbt_change_type in ('update', 'delete')
    group by 1
) as closed
    on closed.dbt_closed_id = cast(snapshotted.dbt_scd_id as text)
    and snapshotted.dbt_valid_to is null
union all
select
    "ID",
    "NAME",
    "AT",
    "DBT_SCD_ID",
    "DBT_UPDATED_AT",
    "DBT_VALID_FROM",
    "DBT_VALID_TO"
from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_0bc72767dc6e"
where dbt_change_type = 'insert';

begin;

merge into ANALYTICS.SHOP.BY_CHECK as DBT_INTERNAL_DEST
using ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_0bc72767dc6e" as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.dbt_scd_id = DBT_INTERNAL_DEST.dbt_scd_id
when matched
    and DBT_INTERNAL_DEST.dbt_valid_to is null
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID")
    values ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID");

commit;

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BY_CHECK";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_0bc72767dc6e";

-- by_time

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_07af50926bb5"
as (
with snapshot_query as (
select * from analytics.shop.events
),
twice as (
    select id as dbt_unique_key
    from snapshot_query
    group by 1
    having count(*) > 1
),
beginning as (
    select *, id as dbt_unique_key,
        at as dbt_updated_at,
        at as dbt_valid_from,
        coalesce(nullif(at, at), null) as dbt_valid_to,
        md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(at as varchar), '')) as dbt_scd_id
    from snapshot_query
),
ending as (
    select *, id as dbt_unique_key,
        at as dbt_updated_at,
        at as dbt_valid_from,
        at as dbt_valid_to
    from snapshot_query
),
insertions as (
    select 'insert' as dbt_change_type, source_data.*
    from beginning as source_data
    left join (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.BY_TIME
        where dbt_valid_to is null
    ) as snapshotted_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where snapshotted_data.dbt_unique_key is null
        or (snapshotted_data.dbt_unique_key is not null and ((snapshotted_data.dbt_valid_from < source_data.at)))
        or (source_data.dbt_unique_key) in (select dbt_unique_key from twice)
),
updates as (
    select 'update' as dbt_change_type, source_data.*, snapshotted_data.dbt_scd_id
    from ending as source_data
    join (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.BY_TIME
        where dbt_valid_to is null
    ) as snapshotted_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where ((snapshotted_data.dbt_valid_from < source_data.at))
)
select * from insertions
union all
select * from updates
);

with begun as (
    select DBT_UNIQUE_KEY, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_07af50926bb5"
    where dbt_change_type = 'insert'
    group by DBT_UNIQUE_KEY
),
twice as (
    select * from begun where versions > 1 and DBT_UNIQUE_KEY is not null
)
select
    (select coalesce(sum(versions), 0) from begun) as inserted,
    (select count(*) from twice) as duplicates,
    (select concat_ws(', ', DBT_UNIQUE_KEY) from twice order by DBT_UNIQUE_KEY limit 1) as first_keys;

create view ANALYTICS.TFM_C_F6BAD5D36D_SHOP.BY_TIME as
select
    snapshotted."ID",
    snapshotted."NAME",
    snapshotted."AT",
    snapshotted."DBT_SCD_ID",
    snapshotted."DBT_UPDATED_AT",
    snapshotted."DBT_VALID_FROM",
    case when closed.dbt_closed then closed.dbt_closed_at else snapshotted."DBT_VALID_TO" end as "DBT_VALID_TO"
from ANALYTICS.SHOP.BY_TIME as snapshotted
left join (
    select cast(dbt_scd_id as text) as dbt_closed_id, max(dbt_valid_to) as dbt_closed_at, true as dbt_closed
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_07af50926bb5"
    where dbt_change_type in ('update', 'delete')
    group by 1
) as closed
    on closed.dbt_closed_id = cast(snapshotted.dbt_scd_id as text)
    and snapshotted.dbt_valid_to is null
union all
select
    "ID",
    "NAME",
    "AT",
    "DBT_SCD_ID",
    "DBT_UPDATED_AT",
    "DBT_VALID_FROM",
    "DBT_VALID_TO"
from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_07af50926bb5"
where dbt_change_type = 'insert';

begin;

merge into ANALYTICS.SHOP.BY_TIME as DBT_INTERNAL_DEST
using ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_07af50926bb5" as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.dbt_scd_id = DBT_INTERNAL_DEST.dbt_scd_id
when matched
    and DBT_INTERNAL_DEST.dbt_valid_to is null
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID")
    values ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID");

commit;

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."BY_TIME";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_07af50926bb5";

-- kept_deleted

create or replace transient table ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_c00c5305690c"
as (
with snapshot_query as (
select * from analytics.shop.events
),
twice as (
    select id as dbt_unique_key
    from snapshot_query
    group by 1
    having count(*) > 1
),
beginning as (
    select *, id as dbt_unique_key,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        coalesce(nullif(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())), to_timestamp_ntz(convert_timezone('UTC', current_timestamp()))), to_date('9999-12-31')) as dbt_valid_to,
        md5(coalesce(cast(id as varchar), '') || '|' || coalesce(cast(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as varchar), '')) as dbt_scd_id
    from snapshot_query
),
ending as (
    select *, id as dbt_unique_key,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_to
    from snapshot_query
),
insertions as (
    select 'insert' as dbt_change_type, source_data.*, 'False' as dbt_is_deleted
    from beginning as source_data
    left join (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.KEPT_DELETED
        where ((dbt_valid_to = to_date('9999-12-31')) or dbt_valid_to is null)
    ) as snapshotted_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where snapshotted_data.dbt_unique_key is null
        or (snapshotted_data.dbt_unique_key is not null and ((snapshotted_data."ID" != source_data."ID" or (snapshotted_data."ID" is null) != (source_data."ID" is null)
      or snapshotted_data."NAME" != source_data."NAME" or (snapshotted_data."NAME" is null) != (source_data."NAME" is null)
      or snapshotted_data."AT" != source_data."AT" or (snapshotted_data."AT" is null) != (source_data."AT" is null)) or snapshotted_data.dbt_is_deleted = 'True'))
        or (source_data.dbt_unique_key) in (select dbt_unique_key from twice)
),
updates as (
    select 'update' as dbt_change_type, source_data.*, snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
    from ending as source_data
    join (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.KEPT_DELETED
        where ((dbt_valid_to = to_date('9999-12-31')) or dbt_valid_to is null)
    ) as snapshotted_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where ((snapshotted_data."ID" != source_data."ID" or (snapshotted_data."ID" is null) != (source_data."ID" is null)
      or snapshotted_data."NAME" != source_data."NAME" or (snapshotted_data."NAME" is null) != (source_data."NAME" is null)
      or snapshotted_data."AT" != source_data."AT" or (snapshotted_data."AT" is null) != (source_data."AT" is null)) or snapshotted_data.dbt_is_deleted = 'True')
),
present as (
    select *, id as dbt_unique_key
    from snapshot_query
),
deletes as (
    select 'delete' as dbt_change_type, source_data.*,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_to,
        snapshotted_data.dbt_scd_id, snapshotted_data.dbt_is_deleted
    from (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.KEPT_DELETED
        where ((dbt_valid_to = to_date('9999-12-31')) or dbt_valid_to is null)
    ) as snapshotted_data
    left join present as source_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where source_data.dbt_unique_key is null and not (snapshotted_data.dbt_is_deleted = 'True')
),
deletion_records as (
    select 'insert' as dbt_change_type,
        snapshotted_data."ID",
        snapshotted_data."NAME",
        snapshotted_data."AT",
        snapshotted_data.dbt_unique_key,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_updated_at,
        to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as dbt_valid_from,
        snapshotted_data.dbt_valid_to,
        md5(coalesce(cast(snapshotted_data.dbt_scd_id as varchar), '') || '|' || coalesce(cast(to_timestamp_ntz(convert_timezone('UTC', current_timestamp())) as varchar), '')) as dbt_scd_id,
        'True' as dbt_is_deleted
    from (
        select *, id as dbt_unique_key
        from ANALYTICS.SHOP.KEPT_DELETED
        where ((dbt_valid_to = to_date('9999-12-31')) or dbt_valid_to is null)
    ) as snapshotted_data
    left join present as source_data on snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    where source_data.dbt_unique_key is null and not (snapshotted_data.dbt_is_deleted = 'True')
)
select * from insertions
union all
select * from updates
union all
select * from deletes
union all
select * from deletion_records
);

with begun as (
    select DBT_UNIQUE_KEY, count(*) as versions
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_c00c5305690c"
    where dbt_change_type = 'insert'
    group by DBT_UNIQUE_KEY
),
twice as (
    select * from begun where versions > 1 and DBT_UNIQUE_KEY is not null
)
select
    (select coalesce(sum(versions), 0) from begun) as inserted,
    (select count(*) from twice) as duplicates,
    (select concat_ws(', ', DBT_UNIQUE_KEY) from twice order by DBT_UNIQUE_KEY limit 1) as first_keys;

create view ANALYTICS.TFM_C_F6BAD5D36D_SHOP.KEPT_DELETED as
select
    snapshotted."ID",
    snapshotted."NAME",
    snapshotted."AT",
    snapshotted."DBT_SCD_ID",
    snapshotted."DBT_UPDATED_AT",
    snapshotted."DBT_VALID_FROM",
    case when closed.dbt_closed then closed.dbt_closed_at else snapshotted."DBT_VALID_TO" end as "DBT_VALID_TO",
    snapshotted."DBT_IS_DELETED"
from ANALYTICS.SHOP.KEPT_DELETED as snapshotted
left join (
    select cast(dbt_scd_id as text) as dbt_closed_id, max(dbt_valid_to) as dbt_closed_at, true as dbt_closed
    from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_c00c5305690c"
    where dbt_change_type in ('update', 'delete')
    group by 1
) as closed
    on closed.dbt_closed_id = cast(snapshotted.dbt_scd_id as text)
    and ((snapshotted.dbt_valid_to = to_date('9999-12-31')) or snapshotted.dbt_valid_to is null)
union all
select
    "ID",
    "NAME",
    "AT",
    "DBT_SCD_ID",
    "DBT_UPDATED_AT",
    "DBT_VALID_FROM",
    "DBT_VALID_TO",
    "DBT_IS_DELETED"
from ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_c00c5305690c"
where dbt_change_type = 'insert';

begin;

merge into ANALYTICS.SHOP.KEPT_DELETED as DBT_INTERNAL_DEST
using ANALYTICS.TFM_C_F6BAD5D36D_SHOP."tfm_d_c00c5305690c" as DBT_INTERNAL_SOURCE
on DBT_INTERNAL_SOURCE.dbt_scd_id = DBT_INTERNAL_DEST.dbt_scd_id
when matched
    and ((DBT_INTERNAL_DEST.dbt_valid_to = to_date('9999-12-31')) or DBT_INTERNAL_DEST.dbt_valid_to is null)
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID", "DBT_IS_DELETED")
    values ("ID", "NAME", "AT", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID", "DBT_IS_DELETED");

commit;

drop view if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."KEPT_DELETED";

drop table if exists "ANALYTICS"."TFM_C_F6BAD5D36D_SHOP"."tfm_d_c00c5305690c";

-- appended

create table if not exists "ANALYTICS"."LANDING"."APPENDED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

begin;

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."APPENDED" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

-- merged

create table if not exists "ANALYTICS"."LANDING"."MERGED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

create or replace temporary table "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" like "ANALYTICS"."LANDING"."MERGED";

create or replace temporary table "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79_LOST" as select "ID" from "ANALYTICS"."LANDING"."MERGED" where false;

begin;

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

merge into "ANALYTICS"."LANDING"."MERGED" as t using (select "ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT" from "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79" qualify row_number() over (partition by "ID" order by _tfm_row desc) = 1) as s on t."ID" = s."ID"
when matched then update set "ID" = s."ID", "DOC" = s."DOC", "_TFM_FILE" = s."_TFM_FILE", "_TFM_ROW" = s."_TFM_ROW", "_TFM_LOADED_AT" = s."_TFM_LOADED_AT"
when not matched then insert ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") values (s."ID", s."DOC", s."_TFM_FILE", s."_TFM_ROW", s."_TFM_LOADED_AT");

delete from "ANALYTICS"."LANDING"."TFM_M_F9AADC8B6E79";

commit;

-- replaced

create table if not exists "ANALYTICS"."LANDING"."REPLACED__REJECTS" (raw VARCHAR(16777216) not null, reason VARCHAR(16777216) not null, _tfm_file VARCHAR(16777216) not null, _tfm_row NUMBER(38,0) not null, _tfm_loaded_at TIMESTAMP_TZ(9) not null);

begin;

delete from "ANALYTICS"."LANDING"."REPLACED";

delete from "ANALYTICS"."LANDING"."REPLACED__REJECTS";

put 'file:<folder>/rows-0.csv.gz' @~/tfm/<load> auto_compress = false source_compression = gzip overwrite = true;

copy into "ANALYTICS"."LANDING"."REPLACED" ("ID", "DOC", "_TFM_FILE", "_TFM_ROW", "_TFM_LOADED_AT") from (select $1, parse_json($2), $3, $4, $5 from @~/tfm/<load>/) file_format = (type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8') on_error = abort_statement purge = true;

commit;

-- in_big

use warehouse big_wh;

create schema if not exists "ANALYTICS"."SHOP_DBT_TEST__AUDIT";

drop table if exists "ANALYTICS"."SHOP_DBT_TEST__AUDIT"."IN_BIG";

create or replace transient table ANALYTICS.SHOP_DBT_TEST__AUDIT.IN_BIG
as (
 select * from analytics.shop.big where id > 1
);

select
    count(*) as failures,
    count(*) != 0 as should_warn,
    count(*) != 0 as should_error
from (
    select * from "ANALYTICS"."SHOP_DBT_TEST__AUDIT"."IN_BIG"
    
) dbt_internal_test;

use warehouse "WH";

/* operation.shop.shop-on-run-end-0 */
select 'the end';

