{#- One relation in place of another, in the safest way that their types allow. -#}
{% macro get_replace_sql(existing_relation, target_relation, sql) %}
  {{- adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
  {%- if existing_relation.type == target_relation.type and existing_relation.can_be_replaced -%}
    {%- if existing_relation.is_view -%}
{{ get_replace_view_sql(target_relation, sql) }}
    {%- elif existing_relation.is_table -%}
{{ get_replace_table_sql(target_relation, sql) }}
    {%- elif existing_relation.is_materialized_view -%}
{{ get_replace_materialized_view_sql(target_relation, sql) }}
    {%- endif -%}
  {%- elif target_relation.can_be_renamed -%}
{{ get_create_intermediate_sql(target_relation, sql) }};
{{ get_create_backup_sql(existing_relation) if existing_relation.can_be_renamed else get_drop_sql(existing_relation) }};
{{ get_rename_intermediate_sql(target_relation) }}
    {%- if existing_relation.can_be_renamed %};
{{ get_drop_backup_sql(existing_relation) }}
    {%- endif -%}
  {%- elif existing_relation.can_be_renamed -%}
{{ get_create_backup_sql(existing_relation) }};
{{ get_create_sql(target_relation, sql) }};
{{ get_drop_backup_sql(existing_relation) }}
  {%- else -%}
{{ get_drop_sql(existing_relation) }};
{{ get_create_sql(target_relation, sql) }}
  {%- endif -%}
{% endmacro %}

{%- macro get_create_intermediate_sql(relation, sql) -%}
  {{- adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql) -}}
{%- endmacro -%}

{%- macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set intermediate = make_intermediate_relation(relation) -%}
{{ get_drop_sql(intermediate) }};
{{ get_create_sql(intermediate, sql) }}
{%- endmacro -%}

{%- macro get_rename_intermediate_sql(relation) -%}
  {{- adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation) -}}
{%- endmacro -%}

{%- macro default__get_rename_intermediate_sql(relation) -%}
  {{ get_rename_sql(make_intermediate_relation(relation), relation.identifier) }}
{%- endmacro -%}

{%- macro get_create_backup_sql(relation) -%}
  {{- adapter.dispatch('get_create_backup_sql', 'dbt')(relation) -}}
{%- endmacro -%}

{%- macro default__get_create_backup_sql(relation) -%}
  {%- set backup = make_backup_relation(relation, relation.type) -%}
{{ get_drop_sql(backup) }};
{{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro -%}

{%- macro get_drop_backup_sql(relation) -%}
  {{- adapter.dispatch('get_drop_backup_sql', 'dbt')(relation) -}}
{%- endmacro -%}

{%- macro default__get_drop_backup_sql(relation) -%}
  {{ get_drop_sql(make_backup_relation(relation, relation.type)) }}
{%- endmacro -%}

{% macro get_replace_view_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_view_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error('views cannot be replaced in one statement on ' ~ adapter.type()) -%}
{% endmacro %}

{% macro get_replace_table_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error('tables cannot be replaced in one statement on ' ~ adapter.type()) -%}
{% endmacro %}

{% macro get_replace_materialized_view_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error('materialized views cannot be replaced in one statement on ' ~ adapter.type()) -%}
{% endmacro %}

{#- For adapters that can replace a view at once: a table of that name is dropped before. -#}
{% macro create_or_replace_view() %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='view') -%}
  {%- do run_hooks(pre_hooks) -%}
  {%- if existing is not none and not existing.is_view -%}
    {%- do handle_existing_table(should_full_refresh(), existing) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(target, sql) }}
  {%- endcall -%}
  {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)) -%}
  {%- do run_hooks(post_hooks) -%}
  {{ return({'relations': [target]}) }}
{% endmacro %}

{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {{ adapter.drop_relation(old_relation) }}
{% endmacro %}
