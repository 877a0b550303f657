{#- Postgres cannot give a table its constraints in `create table as`, so a contract makes it in two statements. New rows
    on their way into a table (`tfm_d_…`) are what dbt has a temporary table for: checked, without constraints. -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set delta = (relation.identifier or '').startswith('tfm_d_') -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set kind = 'temporary ' if temporary else ('unlogged ' if delta or config.get('unlogged', default=false) else '') -%}
  {%- if header is not none %}
{{ header }}
  {%- endif %}
  {%- if contract.enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
  {%- if contract.enforced and not temporary and not delta %}
create {{ kind }}table {{ relation }} {{ get_table_columns_and_constraints() | trim }};
insert into {{ relation }} (
  {{ adapter.dispatch('get_column_names', 'dbt')() | trim }}
)
(
{{ get_select_subquery(sql) | trim }}
);
  {%- else %}
create {{ kind }}table {{ relation }} as (
{{ sql }}
);
  {%- endif %}
{%- endmacro %}

{% macro postgres__get_create_materialized_view_as_sql(relation, sql) -%}
create materialized view if not exists {{ relation }} as (
{{ sql }}
);
{%- endmacro %}

{% macro postgres__get_create_index_sql(relation, index_dict) -%}
  {%- set index = adapter.parse_index(index_dict) -%}
create {{ 'unique ' if index.unique }}index if not exists {{ adapter.quote(index.render(relation)) }}
on {{ relation }} {{ 'using ' ~ index.type if index.type }}
({{ index.columns | join(', ') }})
{%- endmacro %}

{% macro postgres__get_drop_index_sql(relation, index_name) -%}
  drop index if exists {{ adapter.quote(relation.schema) }}.{{ adapter.quote(index_name) }}
{%- endmacro %}

{#- Name, method, uniqueness and columns of a relation's indexes. -#}
{% macro postgres__get_show_indexes_sql(relation) -%}
select
    index_class.relname as name,
    pg_am.amname as method,
    pg_index.indisunique as "unique",
    array_to_string(array_agg(pg_attribute.attname), ',') as column_names
from pg_index
join pg_class as index_class on index_class.oid = pg_index.indexrelid
join pg_am on pg_am.oid = index_class.relam
join pg_class as table_class on table_class.oid = pg_index.indrelid
join pg_namespace on pg_namespace.oid = table_class.relnamespace
join pg_attribute on pg_attribute.attrelid = table_class.oid and pg_attribute.attnum = any(pg_index.indkey)
where table_class.relname = '{{ escape_single_quotes(relation.identifier) }}'
  and pg_namespace.nspname = '{{ escape_single_quotes(relation.schema) }}'
  and table_class.relkind in ('r', 'm')
group by 1, 2, 3
order by 1, 2, 3
{%- endmacro %}

{#- A schema's name stands alone: one connection reaches one database. -#}
{% macro postgres__create_schema(relation) -%}
  {%- if relation.database -%}{%- do adapter.verify_database(relation.database) -%}{%- endif -%}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier().include(database=False) }}
  {%- endcall -%}
{%- endmacro %}

{% macro postgres__drop_schema(relation) -%}
  {%- if relation.database -%}{%- do adapter.verify_database(relation.database) -%}{%- endif -%}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=False) }} cascade
  {%- endcall -%}
{%- endmacro %}

{% macro postgres__copy_grants() %}
  {{ return(False) }}
{% endmacro %}

{% macro postgres__get_show_grant_sql(relation) -%}
select grantee, privilege_type
from {{ relation.information_schema('role_table_grants') }}
where grantor = current_role
  and grantee != current_role
  and table_schema = '{{ escape_single_quotes(relation.schema) }}'
  and table_name = '{{ escape_single_quotes(relation.identifier) }}'
{%- endmacro %}
