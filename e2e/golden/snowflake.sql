-- ====================================================================================================
-- table

create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: transient false

create or replace table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: clustered, reclustered, grants copied

create or replace transient table DB.TFM_C_0_DEV.ORDERS
cluster by (id, name)
copy grants
as (
select * from (
select 1 as id, 'a' as name
) order by id, name
);
alter table DB.TFM_C_0_DEV.ORDERS resume recluster;

-- ====================================================================================================
-- table: row access policy and tag by name

create or replace transient table DB.TFM_C_0_DEV.ORDERS
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: header and query tag

show parameters like 'query_tag' in session;

alter session set query_tag = 'it''s';

set x = 1;
create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

alter session unset query_tag;

-- ====================================================================================================
-- table: contract with constraints of columns and a masking policy

select * from (
select 1 as id, 'a' as name
) as __dbt_sbq
where false
limit 0;

select * from (
select cast(null as number(38,0)) as id, cast(null as varchar) as name
) as __dbt_sbq
where false
limit 0;

create or replace transient table DB.TFM_C_0_DEV.ORDERS (
    id number(38,0) not null unique,
    name varchar with masking policy gov.hide
)
as (
select id, name
from (
select 1 as id, 'a' as name
) as model_subq
);

-- ====================================================================================================
-- view

create or replace view DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- while publishing
create or replace view DB.DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- view: secure, grants copied

create or replace secure view DB.TFM_C_0_DEV.ORDERS
copy grants
as (
select 1 as id, 'a' as name
);

-- while publishing
create or replace secure view DB.DEV.ORDERS
copy grants
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- view: comments on columns

select * from (
select 1 as id, 'a' as name
) as __dbt_sbq
where false
limit 0;

create or replace view DB.TFM_C_0_DEV.ORDERS (
    "ID" comment 'it''s the key \\ first',
    "NAME"
)
as (
select 1 as id, 'a' as name
);

select * from (
select 1 as id, 'a' as name
) as __dbt_sbq
where false
limit 0;

-- while publishing
create or replace view DB.DEV.ORDERS (
    "ID" comment 'it''s the key \\ first',
    "NAME"
)
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- view: row access policy, tag and masking policy by name

create or replace view DB.TFM_C_0_DEV.ORDERS
copy tags
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
as (
select 1 as id, 'a' as name
);

-- while publishing
create or replace view DB.DEV.ORDERS
copy tags
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: a masking policy without a contract, which alone has constraints as in dbt

create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: grants copied

create or replace transient table DB.TFM_C_0_DEV.ORDERS
copy grants
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- table: transient true

create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- incremental: first run

create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- incremental: first run, permanent, clustered, grants and tags copied, policy and tag by name

show parameters like 'query_tag' in session;

alter session set query_tag = 'loads';

create or replace table DB.TFM_C_0_DEV.ORDERS
cluster by (id)
copy grants
copy tags
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
as (
select * from (
select 1 as id, 'a' as name
) order by id
);
alter table DB.TFM_C_0_DEV.ORDERS resume recluster;

alter session unset query_tag;

-- ====================================================================================================
-- incremental: rows of one with all that go in without it

show parameters like 'query_tag' in session;

alter session set query_tag = 'loads';

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

select count(*), min(DBT_INTERNAL_SOURCE.id::text) from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.id is not null
group by DBT_INTERNAL_SOURCE.id having count(*) > 1 order by 1 desc, 2 limit 1;

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
join "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
union all
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where not exists (select 1 from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id))
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where not exists (select 1 from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id));

alter session unset query_tag;

-- while publishing
merge into DB.DEV.ORDERS as DBT_INTERNAL_DEST
    using DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
    on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
when matched then update set
    "ID" = DBT_INTERNAL_SOURCE."ID",
    "NAME" = DBT_INTERNAL_SOURCE."NAME"
when not matched then insert
    ("ID", "NAME")
    values
    ("ID", "NAME");

-- ====================================================================================================
-- incremental: a copy of one with all that has it too

show parameters like 'query_tag' in session;

alter session set query_tag = 'loads';

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create or replace table "DB"."TFM_C_0_DEV"."ORDERS" clone "DB"."DEV"."ORDERS";

create or replace table DB.TFM_C_0_DEV.ORDERS
cluster by (id)
copy grants
copy tags
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
as (
select * from (
select "ID", cast("NAME" as DATE) as "NAME"
from "DB"."TFM_C_0_DEV"."ORDERS"
) order by id
);
alter table DB.TFM_C_0_DEV.ORDERS resume recluster;

insert into DB.TFM_C_0_DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

drop table "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea";

alter session unset query_tag;

-- ====================================================================================================
-- incremental: merge is the default

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

select count(*), min(DBT_INTERNAL_SOURCE.id::text) from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.id is not null
group by DBT_INTERNAL_SOURCE.id having count(*) > 1 order by 1 desc, 2 limit 1;

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
join "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
union all
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where not exists (select 1 from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id))
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where not exists (select 1 from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id));

-- while publishing
merge into DB.DEV.ORDERS as DBT_INTERNAL_DEST
    using DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
    on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
when matched then update set
    "ID" = DBT_INTERNAL_SOURCE."ID",
    "NAME" = DBT_INTERNAL_SOURCE."NAME"
when not matched then insert
    ("ID", "NAME")
    values
    ("ID", "NAME");

-- ====================================================================================================
-- incremental: merge on two keys with predicates and some columns

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

select count(*), min(DBT_INTERNAL_SOURCE.id::text), min(DBT_INTERNAL_SOURCE.name::text) from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.id is not null and DBT_INTERNAL_SOURCE.name is not null
group by DBT_INTERNAL_SOURCE.id, DBT_INTERNAL_SOURCE.name having count(*) > 1 order by 1 desc, 2, 3 limit 1;

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
join "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_DEST.id > 10) and (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) and (DBT_INTERNAL_SOURCE.name = DBT_INTERNAL_DEST.name)
union all
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where not exists (select 1 from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE where (DBT_INTERNAL_DEST.id > 10) and (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) and (DBT_INTERNAL_SOURCE.name = DBT_INTERNAL_DEST.name))
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where not exists (select 1 from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST where (DBT_INTERNAL_DEST.id > 10) and (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) and (DBT_INTERNAL_SOURCE.name = DBT_INTERNAL_DEST.name));

-- while publishing
merge into DB.DEV.ORDERS as DBT_INTERNAL_DEST
    using DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
    on (DBT_INTERNAL_DEST.id > 10) and (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) and (DBT_INTERNAL_SOURCE.name = DBT_INTERNAL_DEST.name)
when matched then update set
    "NAME" = DBT_INTERNAL_SOURCE."NAME"
when not matched then insert
    ("ID", "NAME")
    values
    ("ID", "NAME");

-- ====================================================================================================
-- incremental: without a key

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
insert into DB.DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

-- ====================================================================================================
-- incremental: delete+insert

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where not exists (
    select 1 from (select id as tfm_key_1 from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE) as tfm_replaced
    where tfm_replaced.tfm_key_1 = (id)
)
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
delete from DB.DEV.ORDERS as DBT_INTERNAL_DEST
where (id) in (
    select distinct id
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
);
  
insert into DB.DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

-- ====================================================================================================
-- incremental: delete+insert with a predicate

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where coalesce(not ((id) in (select id from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE)
    and id > 10), true)
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
delete from DB.DEV.ORDERS as DBT_INTERNAL_DEST
where (id) in (
    select distinct id
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
)
and id > 10;
  
insert into DB.DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

-- ====================================================================================================
-- incremental: insert_overwrite

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
insert overwrite into DB.DEV.ORDERS ("ID", "NAME")
select "ID", "NAME"
from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea";

-- ====================================================================================================
-- incremental: append

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
insert into DB.DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

-- ====================================================================================================
-- incremental: new rows of narrower types

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create or replace transient table "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as
select cast("ID" as NUMBER(38,0)) as "ID", cast("NAME" as VARCHAR(16777216)) as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea";

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE;

-- while publishing
insert into DB.DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

-- ====================================================================================================
-- incremental: append_new_columns

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

select count(*), min(DBT_INTERNAL_SOURCE.id::text) from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where DBT_INTERNAL_SOURCE.id is not null
group by DBT_INTERNAL_SOURCE.id having count(*) > 1 order by 1 desc, 2 limit 1;

create view "DB"."TFM_C_0_DEV"."ORDERS" as
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME", DBT_INTERNAL_SOURCE."MORE" as "MORE"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
join "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
union all
select DBT_INTERNAL_DEST."ID" as "ID", DBT_INTERNAL_DEST."NAME" as "NAME", null::DATE as "MORE"
from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST
where not exists (select 1 from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id))
union all
select DBT_INTERNAL_SOURCE."ID" as "ID", DBT_INTERNAL_SOURCE."NAME" as "NAME", DBT_INTERNAL_SOURCE."MORE" as "MORE"
from "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
where not exists (select 1 from "DB"."DEV"."ORDERS" as DBT_INTERNAL_DEST where (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id));

-- while publishing
merge into DB.DEV.ORDERS as DBT_INTERNAL_DEST
    using DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea" as DBT_INTERNAL_SOURCE
    on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)
when matched then update set
    "ID" = DBT_INTERNAL_SOURCE."ID",
    "NAME" = DBT_INTERNAL_SOURCE."NAME",
    "MORE" = DBT_INTERNAL_SOURCE."MORE"
when not matched then insert
    ("ID", "NAME", "MORE")
    values
    ("ID", "NAME", "MORE");

-- ====================================================================================================
-- incremental: sync_all_columns with another type

create or replace transient table DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
as (
select 1 as id, 'a' as name
);

create or replace transient table "DB"."TFM_C_0_DEV"."ORDERS" clone "DB"."DEV"."ORDERS";

create or replace transient table DB.TFM_C_0_DEV.ORDERS
as (
select "ID", cast("NAME" as DATE) as "NAME"
from "DB"."TFM_C_0_DEV"."ORDERS"
);

insert into DB.TFM_C_0_DEV.ORDERS ("ID", "NAME")
(
    select "ID", "NAME"
    from DB.TFM_C_0_DEV."tfm_d_d0d6efb188ea"
);

drop table "DB"."TFM_C_0_DEV"."tfm_d_d0d6efb188ea";

-- ====================================================================================================
-- dynamic table

create or replace dynamic table db.dev.orders
target_lag = '1 hour'
warehouse = wh
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- dynamic table: everything

create or replace transient dynamic table db.dev.orders
target_lag = downstream
warehouse = wh
initialization_warehouse = big
refresh_mode = INCREMENTAL
initialize = ON_SCHEDULE
cluster by (id)
with row access policy gov.rows on (id)
with tag (gov.cost = 'bi')
immutable where (id < 10)
as (
select 1 as id, 'a' as name
);

-- ====================================================================================================
-- dynamic table: not scheduled, so it is refreshed

show dynamic tables like 'ORDERS' in schema DB.DEV;

alter dynamic table db.dev.orders refresh;

-- ====================================================================================================
-- dynamic table: another lag

show dynamic tables like 'ORDERS' in schema DB.DEV;

alter dynamic table db.dev.orders set
    target_lag = '5 minutes'
    warehouse = other;
