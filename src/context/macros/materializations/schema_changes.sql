{#- What `on_schema_change` means; anything else than the four words counts as the default, as in dbt. -#}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {%- set known = on_schema_change in ['ignore', 'fail', 'append_new_columns', 'sync_all_columns'] -%}
  {%- if not known -%}{%- do log('on_schema_change ' ~ on_schema_change ~ ' is taken for ' ~ default) -%}{%- endif -%}
  {{ return(on_schema_change if known else default) }}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
  {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source, target) -%}
  {%- set removed = diff_columns(target, source) -%}
  {%- set retyped = diff_column_data_types(source, target) -%}
  {{ return({
      'schema_changed': (added + removed + retyped) | length > 0,
      'source_not_in_target': added,
      'target_not_in_source': removed,
      'source_columns': source,
      'target_columns': target,
      'new_target_types': retyped
  }) }}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set sync = on_schema_change == 'sync_all_columns' -%}
  {%- set added = schema_changes_dict['source_not_in_target'] -%}
  {%- set removed = schema_changes_dict['target_not_in_source'] if sync else [] -%}
  {%- if (sync or on_schema_change == 'append_new_columns') and (added or removed) -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, removed or none) -%}
  {%- endif -%}
  {%- for change in schema_changes_dict['new_target_types'] if sync -%}
    {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
  {%- endfor -%}
{% endmacro %}

{#- The columns to bring over after the target was made to fit; none where changes are ignored. -#}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {%- if on_schema_change == 'ignore' -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- if changes['schema_changed'] and on_schema_change == 'fail' -%}
    {%- do exceptions.raise_compiler_error(
        'the columns of ' ~ target_relation ~ ' and of its query differ, and on_schema_change is fail. Only in the query: '
        ~ changes['source_not_in_target'] ~ '; only in the table: ' ~ changes['target_not_in_source']
        ~ '; of another type: ' ~ changes['new_target_types']) -%}
  {%- elif changes['schema_changed'] -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {{ return(changes['source_columns']) }}
{% endmacro %}
