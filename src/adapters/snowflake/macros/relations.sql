{% macro snowflake__drop_table(relation) -%}
  drop table if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro snowflake__drop_view(relation) -%}
  drop view if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro snowflake__get_drop_sql(relation) -%}
  {%- if relation.is_dynamic_table -%}
    {{ snowflake__get_drop_dynamic_table_sql(relation) }}
  {%- else -%}
    {{ default__get_drop_sql(relation) }}
  {%- endif -%}
{%- endmacro %}

{#- A new name stands in the same schema; a relation is written whole. -#}
{% macro tfm_snowflake_new_name(relation, new_name) -%}
  {{ return(relation.incorporate(path={'identifier': new_name}).render() if new_name is string else new_name.render()) }}
{%- endmacro %}

{% macro snowflake__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation.render() }} rename to {{ tfm_snowflake_new_name(relation, new_name) }}
{%- endmacro %}

{% macro snowflake__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation.render() }} rename to {{ tfm_snowflake_new_name(relation, new_name) }}
{%- endmacro %}

{% macro snowflake__rename_relation(from_relation, to_relation) -%}
  {%- call statement('rename_relation') -%}
    alter {{ 'view' if from_relation.is_view else ('dynamic table' if from_relation.is_dynamic_table else 'table') }} {{ from_relation.render() }} rename to {{ to_relation.render() }}
  {%- endcall -%}
{%- endmacro %}

{% macro snowflake__get_replace_table_sql(relation, sql) -%}
  {{ get_create_table_as_sql(False, relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_replace_view_sql(relation, sql) -%}
  {{ get_create_view_as_sql(relation, sql) }}
{%- endmacro %}

{#- What is of another kind, or was renamed aside, is dropped first: one statement replaces only its own kind. -#}
{% macro snowflake__get_replace_sql(existing_relation, target_relation, sql) -%}
  {%- if existing_relation.type != target_relation.type -%}
{{ get_drop_sql(existing_relation) }};
  {%- endif %}
{{ get_create_sql(target_relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_create_sql(relation, sql) -%}
  {%- if relation.is_dynamic_table -%}
    {{ snowflake__get_create_dynamic_table_as_sql(relation, sql) }}
  {%- else -%}
    {{ default__get_create_sql(relation, sql) }}
  {%- endif -%}
{%- endmacro %}

{#- A statement changes one column's type, and only to a wider one. -#}
{% macro snowflake__alter_column_type(relation, column_name, new_column_type) -%}
  {%- call statement('alter_column_type') -%}
    alter table {{ relation.render() }} alter {{ adapter.quote(column_name) }} set data type {{ new_column_type }}
  {%- endcall -%}
{%- endmacro %}

{#- Columns are added in one statement and dropped in another. -#}
{% macro snowflake__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
  {%- set added = [] -%}
  {%- for column in add_columns or [] -%}
    {%- do added.append(column.quoted ~ ' ' ~ column.expanded_data_type) -%}
  {%- endfor -%}
  {%- set kind = 'dynamic table' if relation.is_dynamic_table else relation.type -%}
  {%- if added -%}
    {%- do run_query('alter ' ~ kind ~ ' ' ~ relation.render() ~ ' add column ' ~ added | join(', ')) -%}
  {%- endif -%}
  {%- if remove_columns -%}
    {%- do run_query('alter ' ~ kind ~ ' ' ~ relation.render() ~ ' drop column ' ~ remove_columns | map(attribute='quoted') | join(', ')) -%}
  {%- endif -%}
{%- endmacro %}

{#- Rows stay where they are: the clone shares them until either side changes. -#}
{% macro snowflake__can_clone_table() %}
  {{ return(true) }}
{% endmacro %}

{% macro snowflake__create_or_replace_clone(this_relation, defer_relation) -%}
  create or replace {{ 'transient ' if config.get('transient', true) }}table {{ this_relation }} clone {{ defer_relation }}
  {{- ' copy grants' if config.get('copy_grants', false) }}
{%- endmacro %}
