{#- Postgres cannot give a table its constraints in `create table as`, so a contract makes it in two statements. New rows
    on their way into a table (`tfm_d_…`) are what dbt has a temporary table for: checked, without constraints. They are logged, or a crash of the server between
    the audit and the publish would leave them empty, and the publish would bring in nothing. -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
  {%- set delta = (relation.identifier or '').startswith('tfm_d_') -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set kind = 'temporary ' if temporary else ('unlogged ' if config.get('unlogged', default=false) and not delta else '') -%}
  {%- if header is not none %}
{{ header }}
  {%- endif %}
  {%- if contract.enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
  {%- set partition_by = none if temporary or delta else config.get('partition_by') -%}
  {#- What packages write for other engines (a list, a mapping with `field`) says nothing here. -#}
  {%- set partition_by = partition_by if partition_by is mapping and partition_by['type'] is defined else none -%}
  {%- if contract.enforced and not temporary and not delta %}
create {{ kind if partition_by is none }}table {{ relation }} {{ get_table_columns_and_constraints() | trim }}
{{- postgres__partition_clause(partition_by) if partition_by is not none }};
{{ postgres__partitions(relation, partition_by, kind) if partition_by is not none }}
insert into {{ relation }} (
  {{ adapter.dispatch('get_column_names', 'dbt')() | trim }}
)
(
{{ get_select_subquery(sql) | trim }}
);
  {%- elif partition_by is not none %}
    {%- set shape = relation.incorporate(path={'identifier': 'tfm_s_' ~ local_md5(relation.identifier)[:12]}) %}
create table {{ shape }} as (
{{ sql }}
) with no data;
create table {{ relation }} (like {{ shape }}){{ postgres__partition_clause(partition_by) }};
drop table {{ shape }};
{{ postgres__partitions(relation, partition_by, kind) }}
insert into {{ relation }} (
{{ sql }}
);
  {%- else %}
create {{ kind }}table {{ relation }} as (
{{ sql }}
);
  {%- endif %}
{%- endmacro %}

{#- ` partition by range (a, b)`. Columns are written as given: an expression stands in parentheses of its own. -#}
{% macro postgres__partition_clause(partition_by) -%}
{{ ' ' }}partition by {{ partition_by['type'] }} ({{ partition_by['columns'] | join(', ') }})
{%- endmacro %}

{#- A partition's name is the table's, two underscores and its own, so that tables of one schema keep apart. -#}
{% macro postgres__partitions(relation, partition_by, kind) -%}
  {%- if partition_by['type'] == 'hash' -%}
    {%- for n in range(partition_by['partitions'] | int) %}
{{ postgres__partition(relation, n | string, kind) }} for values with (modulus {{ partition_by['partitions'] }}, remainder {{ n }});
    {%- endfor -%}
  {%- else -%}
    {%- for partition in partition_by['partitions'] %}
{{ postgres__partition(relation, partition['name'], kind) }} for values {% if partition_by['type'] == 'list' -%}
in ({{ postgres__bounds(partition['in']) }});
      {%- else -%}
from ({{ postgres__bounds(partition['from']) }}) to ({{ postgres__bounds(partition['to']) }});
      {%- endif -%}
    {%- endfor -%}
    {%- if partition_by.get('default', true) %}
{{ postgres__partition(relation, 'default', kind) }} default;
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__partition(relation, name, kind) -%}
create {{ kind }}table {{ relation.incorporate(path={'identifier': relation.identifier ~ '__' ~ name}) }} partition of {{ relation }}
{%- endmacro %}

{#- One value or a list; `minvalue` and `maxvalue` are the ends of everything, null is itself, the rest goes as text. -#}
{% macro postgres__bounds(values) -%}
  {%- for value in ([values] if values is string or values is not iterable else values) -%}
    {%- if value is none -%}null
    {%- elif value | string | lower in ['minvalue', 'maxvalue'] -%}{{ value | string | lower }}
    {%- else -%}'{{ escape_single_quotes(value | string) }}'
    {%- endif -%}
    {{ ', ' if not loop.last }}
  {%- endfor -%}
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
