{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set unlogged = config.get('unlogged', default=false) -%}
    {%- set sql_header = config.get('sql_header', none) -%}
    {{ sql_header if sql_header is not none }}
    create {{ 'temporary ' if temporary else 'unlogged ' if unlogged }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }} as (
{{ sql }}
    );
{%- endmacro %}

{#- The name is a hash of what the index is, so that the same index keeps its name. -#}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
    {%- set columns = index_dict.columns -%}
    {%- set unique = index_dict.get('unique', false) -%}
    {%- set type = index_dict.get('type') -%}
    {%- set name = local_md5([columns | join('_'), relation.identifier, unique | string, type | string] | join('_')) -%}
    create {{ 'unique ' if unique }}index if not exists "{{ name }}" on {{ relation }} {{ 'using ' ~ type if type }}
    ({% for column in columns %}{{ adapter.quote(column) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
