{% macro refresh_materialized_view(relation) %}
  {{- adapter.dispatch('refresh_materialized_view', 'dbt')(relation) -}}
{% endmacro %}

{% macro default__refresh_materialized_view(relation) %}
  {%- do exceptions.raise_compiler_error('materialized views do not exist on ' ~ adapter.type()) -%}
{% endmacro %}

{% macro get_rename_materialized_view_sql(relation, new_name) %}
  {{- adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name) -}}
{% endmacro %}

{% macro default__get_rename_materialized_view_sql(relation, new_name) %}
  {%- do exceptions.raise_compiler_error('materialized views cannot be renamed on ' ~ adapter.type()) -%}
{% endmacro %}

{#- What differs between the relation and its config; none where nothing does. -#}
{% macro get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {{ return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) }}
{% endmacro %}

{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {%- do exceptions.raise_compiler_error('materialized views do not exist on ' ~ adapter.type()) -%}
{% endmacro %}

{% macro get_alter_materialized_view_as_sql(
    relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {{ return(adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(
      relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation)) }}
{% endmacro %}

{% macro default__get_alter_materialized_view_as_sql(
    relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {%- do exceptions.raise_compiler_error('materialized views do not exist on ' ~ adapter.type()) -%}
{% endmacro %}
