{% macro postgres__information_schema_name(database) -%}
  {%- if database -%}{%- do adapter.verify_database(database) -%}{%- endif -%}
  information_schema
{%- endmacro %}

{% macro postgres__list_schemas(database) %}
  {%- if database -%}{%- do adapter.verify_database(database) -%}{%- endif -%}
  {{ return(run_query('select distinct nspname from pg_namespace')) }}
{% endmacro %}

{% macro postgres__check_schema_exists(information_schema, schema) %}
  {%- set name = string_literal(escape_single_quotes(schema)) -%}
  {{ return(run_query('select count(*) from pg_namespace where nspname = ' ~ name)) }}
{% endmacro %}

{#- Database, name, schema and type of everything in a schema. -#}
{% macro postgres__list_relations_without_caching(schema_relation) %}
  {%- call statement('list_relations_without_caching', fetch_result=True) -%}
    select
        '{{ escape_single_quotes(schema_relation.database) }}' as database,
        pg_class.relname as name,
        pg_namespace.nspname as schema,
        case pg_class.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as type
    from pg_class
    join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where pg_class.relkind in ('r', 'p', 'v', 'm', 'f')
      and lower(pg_namespace.nspname) = lower('{{ escape_single_quotes(schema_relation.schema) }}')
    order by 3, 2
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}
