{#- A snapshot's first run: every row is the latest version. -#}
{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{%- endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
  {%- set names = get_snapshot_table_column_names() -%}
select *,
    {{ strategy.scd_id }} as {{ names.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ names.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ names.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, names) }}
    {%- if strategy.hard_deletes == 'new_record' %},
    'False' as {{ names.dbt_is_deleted }}
    {%- endif %}
from (
{{ sql }}
) as snapshot_query
{%- endmacro %}

{#- What has changed since: a row set with `dbt_change_type`. `update` and `delete` end the version with that id,
    `insert` begins one. The query stands in a CTE, because it may answer otherwise when it is asked again; the table is
    written where it is read, so that its statistics are known and the rows are joined by hashing. A strategy that has
    `finds_duplicates` (tfm's own snapshots) begins a version for every row of a key that has several. -#}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{%- endmacro %}

{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- set key = strategy.unique_key -%}
  {%- set keeps_deleted = strategy.hard_deletes == 'new_record' -%}
  {%- set sees_deleted = keeps_deleted or strategy.hard_deletes == 'invalidate' -%}
  {%- set was_deleted = 'snapshotted_data.' ~ names.dbt_is_deleted ~ " = 'True'" -%}
  {%- set same_key = unique_key_join_on(key, 'snapshotted_data', 'source_data') | trim -%}
  {%- set changed = '(' ~ strategy.row_changed ~ ((' or ' ~ was_deleted) if keeps_deleted) ~ ')' -%}
  {%- set finds_duplicates = strategy.get('finds_duplicates', false) -%}
  {%- set snapshotted_data -%}
(
        select *, {{ unique_key_fields(key) }}
        from {{ target_relation }}
        where {{ snapshot_is_current(names.dbt_valid_to) }}
    ) as snapshotted_data
  {%- endset -%}
with snapshot_query as (
{{ source_sql }}
),

{%- if finds_duplicates %}
twice as (
    select {{ unique_key_fields(key) }}
    from snapshot_query
    group by {% for name in unique_key_names(key) %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
    having count(*) > 1
),
{%- endif %}
beginning as (
    select *, {{ unique_key_fields(key) }},
        {{ strategy.updated_at }} as {{ names.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ names.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, names) }},
        {{ strategy.scd_id }} as {{ names.dbt_scd_id }}
    from snapshot_query
),
ending as (
    select *, {{ unique_key_fields(key) }},
        {{ strategy.updated_at }} as {{ names.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ names.dbt_valid_from }},
        {{ strategy.updated_at }} as {{ names.dbt_valid_to }}
    from snapshot_query
),
insertions as (
    select 'insert' as dbt_change_type, source_data.*
        {%- if keeps_deleted %}, 'False' as {{ names.dbt_is_deleted }}{% endif %}
    from beginning as source_data
    left join {{ snapshotted_data }} on {{ same_key }}
    where {{ unique_key_is_null(key, 'snapshotted_data') }}
        or ({{ unique_key_is_not_null(key, 'snapshotted_data') }} and {{ changed }})
        {%- if finds_duplicates %}
        {%- set keys = 'source_data.' ~ unique_key_names(key) | join(', source_data.') %}
        or ({{ keys }}) in (select {{ unique_key_names(key) | join(', ') }} from twice)
        {%- endif %}
),
updates as (
    select 'update' as dbt_change_type, source_data.*, snapshotted_data.{{ names.dbt_scd_id }}
        {%- if keeps_deleted %}, snapshotted_data.{{ names.dbt_is_deleted }}{% endif %}
    from ending as source_data
    join {{ snapshotted_data }} on {{ same_key }}
    where {{ changed }}
)
  {%- if sees_deleted %}
    {#- A version that says the row is deleted is not ended a second time. -#}
    {%- set is_gone = unique_key_is_null(key, 'source_data') ~ ((' and not (' ~ was_deleted ~ ')') if keeps_deleted) -%},
present as (
    select *, {{ unique_key_fields(key) }}
    from snapshot_query
),
deletes as (
    select 'delete' as dbt_change_type, source_data.*,
        {{ snapshot_get_time() }} as {{ names.dbt_updated_at }},
        {{ snapshot_get_time() }} as {{ names.dbt_valid_from }},
        {{ snapshot_get_time() }} as {{ names.dbt_valid_to }},
        snapshotted_data.{{ names.dbt_scd_id }}
        {%- if keeps_deleted %}, snapshotted_data.{{ names.dbt_is_deleted }}{% endif %}
    from {{ snapshotted_data }}
    left join present as source_data on {{ same_key }}
    where {{ is_gone }}
)
  {%- endif %}
  {%- if keeps_deleted %}
    {%- set there = get_list_of_column_names(get_columns_in_relation(target_relation)) -%},
deletion_records as (
    select 'insert' as dbt_change_type,
        {%- for column in get_column_schema_from_query(source_sql) %}
        {{ 'snapshotted_data.' ~ adapter.quote(column.name) if column.name in there
            else 'null as ' ~ adapter.quote(column.name) }},
        {%- endfor %}
        {%- for name in unique_key_names(key) %}
        snapshotted_data.{{ name }},
        {%- endfor %}
        {{ snapshot_get_time() }} as {{ names.dbt_updated_at }},
        {{ snapshot_get_time() }} as {{ names.dbt_valid_from }},
        snapshotted_data.{{ names.dbt_valid_to }},
        {{ snapshot_hash_arguments(['snapshotted_data.' ~ names.dbt_scd_id, snapshot_get_time()]) }} as {{ names.dbt_scd_id }},
        'True' as {{ names.dbt_is_deleted }}
    from {{ snapshotted_data }}
    left join present as source_data on {{ same_key }}
    where {{ is_gone }}
)
  {%- endif %}
select * from insertions
union all
select * from updates
  {%- if sees_deleted %}
union all
select * from deletes
  {%- endif %}
  {%- if keeps_deleted %}
union all
select * from deletion_records
  {%- endif %}
{%- endmacro %}

{#- For materializations of a project's own: the changes as a temporary table. tfm itself keeps them where the sessions
    of the audit see them. -#}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set relation = make_temp_relation(target_relation) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(True, relation, snapshot_staging_table(strategy, sql, target_relation)) }}
  {%- endcall -%}
  {{ return(relation) }}
{% endmacro %}
