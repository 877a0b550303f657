{#- A merge needs Postgres 15; two statements do the same everywhere, in the transaction that they are sent in. -#}
{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set names = get_snapshot_table_column_names() -%}
update {{ target }} as snapshotted
set {{ names.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ names.dbt_valid_to }}
from {{ source }} as DBT_INTERNAL_SOURCE
where cast(DBT_INTERNAL_SOURCE.{{ names.dbt_scd_id }} as text) = cast(snapshotted.{{ names.dbt_scd_id }} as text)
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    and {{ snapshot_is_current('snapshotted.' ~ names.dbt_valid_to) }};
insert into {{ target }} ({{ insert_cols | join(', ') }})
select {{ insert_cols | join(', ') }}
from {{ source }}
where dbt_change_type = 'insert';
{%- endmacro %}
