{# Closed versions go to an archive's eyes: their end is cut to the day. #}
{% macro default__snapshot_merge_sql(target, source, insert_cols) %}{% endmacro %}
{% macro postgres__snapshot_merge_sql(target, source, insert_cols) -%}
update {{ target }} as t set dbt_valid_to = date_trunc('day', s.dbt_valid_to)
from {{ source }} as s
where s.dbt_scd_id = t.dbt_scd_id and t.dbt_valid_to is null and s.dbt_change_type in ('update', 'delete');
insert into {{ target }} ({{ insert_cols | join(', ') }})
select {{ insert_cols | join(', ') }} from {{ source }} where dbt_change_type = 'insert';
{%- endmacro %}

{% macro snapshot_rank_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% do return({
    'unique_key': config.get('unique_key'),
    'updated_at': config.get('updated_at'),
    'row_changed': '(' ~ snapshotted_rel ~ '.rank < ' ~ current_rel ~ '.rank)',
    'scd_id': snapshot_hash_arguments([config.get('unique_key'), 'rank']),
    'hard_deletes': 'ignore',
  }) %}
{% endmacro %}
