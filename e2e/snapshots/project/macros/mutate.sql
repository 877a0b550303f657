{# Changes the rows that the snapshots look at. #}
{% macro mutate(sql) %}
  {% do run_query(sql) %}
{% endmacro %}

{# A strategy of the project's own, as people wrote them before hard_deletes: rows change when their city is shouted. #}
{% macro snapshot_loud_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set key = config.get('unique_key') %}
  {% set changed = '(upper(' ~ snapshotted_rel ~ '.city) is distinct from upper(' ~ current_rel ~ '.city))' %}
  {% do return({
    'unique_key': key,
    'updated_at': config.get('updated_at'),
    'row_changed': changed,
    'scd_id': snapshot_hash_arguments([key, config.get('updated_at')]),
    'invalidate_hard_deletes': true,
  }) %}
{% endmacro %}
