{#- Indexes that the node's config asks for; engines without indexes have none to make. -#}
{% macro create_indexes(relation) -%}
    {{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
    {%- for index in config.get('indexes', default=[]) -%}
        {%- set sql = get_create_index_sql(relation, index) -%}
        {%- if sql -%}{{ run_query(sql) }}{%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
    {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
    {{ return(none) }}
{%- endmacro %}
