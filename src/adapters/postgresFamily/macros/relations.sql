{% macro postgres__drop_table(relation) -%}
  drop table if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro postgres__drop_view(relation) -%}
  drop view if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro postgres__drop_materialized_view(relation) -%}
  drop materialized view if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro postgres__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__get_rename_materialized_view_sql(relation, new_name) -%}
  alter materialized view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}

{% macro postgres__refresh_materialized_view(relation) -%}
  refresh materialized view {{ relation.render() }}
{%- endmacro %}

{% macro postgres__get_replace_view_sql(relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
create or replace view {{ relation.render() }} as (
{{ sql }}
);
{%- endmacro %}

{#- Postgres has no `create or replace table`: the old one is dropped in the same message. -#}
{% macro postgres__get_replace_table_sql(relation, sql) -%}
{{ get_drop_sql(relation) }};
{{ get_create_table_as_sql(False, relation, sql) }}
{%- endmacro %}

{#- What can be compared of a materialized view: its indexes. -#}
{% macro postgres__describe_materialized_view(relation) %}
  {{ return({'indexes': run_query(get_show_indexes_sql(relation))}) }}
{% endmacro %}

{#- Indexes that the config names and the relation has not, and those it has and the config does not name. -#}
{% macro postgres__get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {%- set there = {} -%}
  {%- for row in postgres__describe_materialized_view(existing_relation)['indexes'] -%}
    {%- do there.update({(row['method'], row['unique'], row['column_names'].split(',') | sort | join(',')): row['name']}) -%}
  {%- endfor -%}
  {%- set wanted = {} -%}
  {%- for raw in new_config.get('indexes') or [] -%}
    {%- set index = adapter.parse_index(raw) -%}
    {%- do wanted.update({(index.type or 'btree', index.unique, index.columns | sort | join(',')): raw}) -%}
  {%- endfor -%}
  {%- set changes = [] -%}
  {%- for key, name in there.items() if key not in wanted -%}
    {%- do changes.append({'action': 'drop', 'context': {'name': name}}) -%}
  {%- endfor -%}
  {%- for key, raw in wanted.items() if key not in there -%}
    {%- do changes.append({'action': 'create', 'context': {'as_node_config': raw}}) -%}
  {%- endfor -%}
  {{ return({'indexes': changes, 'requires_full_refresh': false} if changes else none) }}
{% endmacro %}

{% macro postgres__get_alter_materialized_view_as_sql(
    relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {%- if configuration_changes.requires_full_refresh -%}
    {{ return(get_replace_sql(existing_relation, relation, sql)) }}
  {%- endif -%}
  {{ return(postgres__update_indexes_on_materialized_view(relation, configuration_changes.indexes)) }}
{% endmacro %}

{%- macro postgres__update_indexes_on_materialized_view(relation, index_changes) -%}
  {%- for change in index_changes -%}
    {%- if change.action == 'drop' -%}
{{ postgres__get_drop_index_sql(relation, change.context.name) }};
    {%- else -%}
{{ postgres__get_create_index_sql(relation, change.context.as_node_config) }};
    {%- endif %}
  {% endfor -%}
{%- endmacro -%}
