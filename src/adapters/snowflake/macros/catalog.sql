{#- The catalog as queries over the database's own information schema: one statement each, whatever the number of relations. -#}
{% macro snowflake__list_schemas(database) -%}
  {{ return(run_query('select schema_name from ' ~ information_schema_name(database) ~ '.schemata order by 1')) }}
{%- endmacro %}

{% macro snowflake__check_schema_exists(information_schema, schema) -%}
  {{ return(run_query('select count(*) from ' ~ information_schema ~ '.schemata where upper(schema_name) = upper(' ~ tfm_snowflake_text(schema) ~ ')')) }}
{%- endmacro %}

{#- A bare name is stored in upper case; one that is quoted is itself. -#}
{% macro tfm_snowflake_stored(relation, part) -%}
  {%- set name = relation[part] -%}
  {{ return(name if relation.quote_policy[part] else name | upper) }}
{%- endmacro %}

{#- Database, name, schema and type of everything in a schema. -#}
{% macro snowflake__list_relations_without_caching(schema_relation) -%}
  {{ return(run_query(
      'select table_catalog, table_name, table_schema,'
      ~ " case when table_type = 'VIEW' then 'view' when is_dynamic = 'YES' then 'dynamic_table'"
      ~ " when table_type = 'EXTERNAL TABLE' then 'external' else 'table' end as type"
      ~ ' from ' ~ schema_relation.information_schema('tables')
      ~ ' where table_schema = ' ~ tfm_snowflake_text(tfm_snowflake_stored(schema_relation, 'schema'))
      ~ ' order by table_name')) }}
{%- endmacro %}

{#- Name, type, size, precision and scale of a relation's columns. -#}
{% macro snowflake__get_columns_in_relation(relation) -%}
  {%- call statement('get_columns_in_relation', fetch_result=True) -%}
    select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
    from {{ relation.information_schema('columns') }}
    where table_name = {{ tfm_snowflake_text(tfm_snowflake_stored(relation, 'identifier')) }}
      and table_schema = {{ tfm_snowflake_text(tfm_snowflake_stored(relation, 'schema')) }}
    order by ordinal_position
  {%- endcall -%}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}

{#- Every column of these relations, of whole schemas where a relation has no identifier, under dbt's names; rows and
    bytes are what the warehouse keeps count of anyway. -#}
{% macro snowflake__get_catalog_relations(information_schema, relations) -%}
  {%- call statement('catalog', fetch_result=True) -%}
    select
        relations.table_catalog as "table_database",
        relations.table_schema as "table_schema",
        relations.table_name as "table_name",
        case when relations.table_type = 'VIEW' then 'VIEW' else 'BASE TABLE' end as "table_type",
        relations.comment as "table_comment",
        columns.column_name as "column_name",
        columns.ordinal_position as "column_index",
        columns.data_type as "column_type",
        columns.comment as "column_comment",
        relations.table_owner as "table_owner"
    from {{ information_schema }}.tables as relations
    join {{ information_schema }}.columns as columns
        on columns.table_schema = relations.table_schema and columns.table_name = relations.table_name
    where (
        {%- for relation in relations %}
        {{ 'or ' if not loop.first }}(upper(relations.table_schema) = upper({{ tfm_snowflake_text(relation.schema) }})
        {%- if relation.identifier %} and upper(relations.table_name) = upper({{ tfm_snowflake_text(relation.identifier) }}){% endif %})
        {%- else %}
        false
        {%- endfor %}
      )
    order by 2, 3, 7
  {%- endcall -%}
  {{ return(load_result('catalog').table) }}
{%- endmacro %}

{% macro snowflake__get_catalog(information_schema, schemas) -%}
  {%- set relations = [] -%}
  {%- for schema in schemas -%}{%- do relations.append({'schema': schema}) -%}{%- endfor -%}
  {{ return(snowflake__get_catalog_relations(information_schema, relations)) }}
{%- endmacro %}

{#- When relations changed last, without reading a row of them. -#}
{% macro snowflake__get_relation_last_modified(information_schema, relations) -%}
  {%- call statement('last_modified', fetch_result=True) -%}
    select
        table_schema as "schema",
        table_name as "identifier",
        last_altered as "last_modified",
        {{ current_timestamp() }} as "snapshotted_at"
    from {{ information_schema }}.tables
    where (
        {%- for relation in relations %}
        {{ 'or ' if not loop.first }}(upper(table_schema) = upper({{ tfm_snowflake_text(relation.schema) }}) and upper(table_name) = upper({{ tfm_snowflake_text(relation.identifier) }}))
        {%- endfor %}
      )
  {%- endcall -%}
  {{ return(load_result('last_modified')) }}
{%- endmacro %}
