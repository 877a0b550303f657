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

{#- Name, type, size, precision and scale of a relation's columns. -#}
{% macro postgres__get_columns_in_relation(relation) -%}
  {%- call statement('get_columns_in_relation', fetch_result=True) -%}
    select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
    from {{ relation.information_schema('columns') }}
    where table_name = '{{ escape_single_quotes(relation.identifier) }}'
    {%- if relation.schema %}
      and table_schema = '{{ escape_single_quotes(relation.schema) }}'
    {%- endif %}
    order by ordinal_position
  {%- endcall -%}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}

{#- Every column of these relations, of whole schemas where a relation has no identifier, under dbt's names. -#}
{% macro postgres__get_catalog_relations(information_schema, relations) -%}
  {%- set database = information_schema.database -%}
  {%- do adapter.verify_database(database) -%}
  {%- call statement('catalog', fetch_result=True) -%}
    select
        '{{ escape_single_quotes(database) }}' as table_database,
        pg_namespace.nspname as table_schema,
        pg_class.relname as table_name,
        case pg_class.relkind
            when 'v' then 'VIEW'
            when 'm' then 'MATERIALIZED VIEW'
            else 'BASE TABLE'
        end as table_type,
        obj_description(pg_class.oid, 'pg_class') as table_comment,
        pg_attribute.attname as column_name,
        pg_attribute.attnum as column_index,
        format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as column_type,
        col_description(pg_class.oid, pg_attribute.attnum) as column_comment,
        pg_get_userbyid(pg_class.relowner) as table_owner
    from pg_class
    join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    join pg_attribute on pg_attribute.attrelid = pg_class.oid
    where pg_class.relkind in ('r', 'p', 'v', 'm', 'f')
      and pg_class.relpersistence <> 't'
      and pg_attribute.attnum > 0
      and not pg_attribute.attisdropped
      and (
        {%- for relation in relations %}
        {{ 'or ' if not loop.first }}(lower(pg_namespace.nspname) = lower('{{ escape_single_quotes(relation.schema) }}')
        {%- if relation.identifier %} and lower(pg_class.relname) = lower('{{ escape_single_quotes(relation.identifier) }}'){% endif %})
        {%- else %}
        false
        {%- endfor %}
      )
    order by 2, 3, 7
  {%- endcall -%}
  {{ return(load_result('catalog').table) }}
{%- endmacro %}

{% macro postgres__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}{%- do relations.append({'schema': schema}) -%}{%- endfor -%}
  {{ return(postgres__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{#- Which view reads which relation, outside the system's schemas. -#}
{% macro postgres__get_relations() -%}
  {%- call statement('relations', fetch_result=True) -%}
    select distinct
        reader_schema.nspname as dependent_schema,
        reader.relname as dependent_name,
        read_schema.nspname as referenced_schema,
        read.relname as referenced_name
    from pg_rewrite
    join pg_class as reader on reader.oid = pg_rewrite.ev_class
    join pg_namespace as reader_schema on reader_schema.oid = reader.relnamespace
    join pg_depend
        on pg_depend.classid = 'pg_rewrite'::regclass
        and pg_depend.objid = pg_rewrite.oid
        and pg_depend.refclassid = 'pg_class'::regclass
        and pg_depend.refobjid <> reader.oid
    join pg_class as read on read.oid = pg_depend.refobjid
    join pg_namespace as read_schema on read_schema.oid = read.relnamespace
    where read_schema.nspname <> 'information_schema'
      and read_schema.nspname not like 'pg\_%'
    order by 1, 2, 3, 4
  {%- endcall -%}
  {{ return(load_result('relations').table) }}
{%- endmacro %}

{% macro postgres_get_relations() %}
  {{ return(postgres__get_relations()) }}
{% endmacro %}
