{#- The five columns that a snapshot adds, under the names that the config gives them. -#}
{% macro get_snapshot_table_column_names() %}
  {%- set names = {} -%}
  {%- set configured = config.get('snapshot_meta_column_names') or {} -%}
  {%- for name in ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] -%}
    {%- do names.update({name: configured.get(name) or name}) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{#- The end of a version that is the latest: null, or what dbt_valid_to_current says, in the type of its beginning. -#}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  {%- set current = config.get('dbt_valid_to_current') or 'null' -%}
coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ current }}) as {{ columns.dbt_valid_to }}
{%- endmacro %}

{#- Where a version is the latest. Rows without an end count too when dbt_valid_to_current came later. -#}
{% macro snapshot_is_current(valid_to) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- if current -%}
({{ equals(valid_to | trim, current | trim) | trim }} or {{ valid_to }} is null)
  {%- else -%}
{{ valid_to }} is null
  {%- endif -%}
{%- endmacro %}

{#- A unique key is an expression or a list of them. They get names of their own, by which row sets are joined. -#}
{% macro unique_key_fields(unique_key) %}
  {%- if unique_key is string -%}
{{ unique_key }} as dbt_unique_key
  {%- else -%}
    {%- for key in unique_key -%}
{{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}

{% macro unique_key_join_on(unique_key, identifier, from_identifier) %}
  {%- for name in unique_key_names(unique_key) -%}
{{ identifier }}.{{ name }} = {{ from_identifier }}.{{ name }}{{ ' and ' if not loop.last }}
  {%- endfor -%}
{% endmacro %}

{#- Whether an outer join found nothing: the first part of the key tells. -#}
{% macro unique_key_is_null(unique_key, identifier) %}
{{- identifier }}.{{ unique_key_names(unique_key)[0] }} is null
{%- endmacro %}

{% macro unique_key_is_not_null(unique_key, identifier) %}
{{- identifier }}.{{ unique_key_names(unique_key)[0] }} is not null
{%- endmacro %}

{% macro unique_key_names(unique_key) %}
  {%- if unique_key is string -%}
    {{ return(['dbt_unique_key']) }}
  {%- endif -%}
  {%- set names = [] -%}
  {%- for key in unique_key -%}{%- do names.append('dbt_unique_key_' ~ loop.index) -%}{%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro get_true_sql() %}
  {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}

{% macro default__get_true_sql() -%}
  {{ return('TRUE') }}
{%- endmacro %}

{#- Columns that a query has and the table has not. -#}
{% macro create_columns(relation, columns) %}
  {{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
  {%- for column in columns -%}
    {%- call statement() -%}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }}
    {%- endcall -%}
  {%- endfor -%}
{% endmacro %}

{#- The type of the clock that versions are ended with, and that of the snapshot's updated_at in a query. -#}
{% macro get_snapshot_get_time_data_type() %}
  {{ return(adapter.dispatch('get_snapshot_get_time_data_type', 'dbt')()) }}
{% endmacro %}

{% macro default__get_snapshot_get_time_data_type() %}
  {%- set columns = get_column_schema_from_query('select ' ~ snapshot_get_time() ~ ' as dbt_snapshot_time') -%}
  {{ return(columns[0].dtype) }}
{% endmacro %}

{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- for column in get_column_schema_from_query(snapshot_sql) if column.name == names.dbt_updated_at -%}
    {{ return(column.dtype) }}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}

{#- Times with and without a zone do not compare as one thinks: said aloud, not refused. -#}
{% macro check_time_data_types(sql) %}
  {%- set clock = get_snapshot_get_time_data_type() -%}
  {%- set updated_at = get_updated_at_column_data_type(sql) -%}
  {%- if clock is not none and updated_at is not none and clock != updated_at -%}
    {%- do exceptions.warn_snapshot_timestamp_data_types(clock, updated_at) -%}
  {%- endif -%}
{% endmacro %}
