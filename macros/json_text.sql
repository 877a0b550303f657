{#- The text at a path of a JSON column: {{ json_text('record', ['address', 'city']) }} -#}
{% macro json_text(column, path) %}
    {{- return(adapter.dispatch('json_text')(column, path)) -}}
{% endmacro %}

{% macro default__json_text(column, path) %}
    {{- column }} #>> '{ {%- for key in path %}{{ key }}{{ ',' if not loop.last }}{% endfor -%} }'
{%- endmacro %}

{% macro snowflake__json_text(column, path) %}
    {{- column }}{% for key in path %}:{{ adapter.quote(key) }}{% endfor %}::varchar
{%- endmacro %}
