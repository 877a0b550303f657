{#- A JSON object of a mapping from names to SQL expressions: {{ json_object({'drug': 'd.drug'}) }} -#}
{% macro json_object(members) %}
    {{- return(adapter.dispatch('json_object')(members)) -}}
{% endmacro %}

{% macro default__json_object(members) %}jsonb_build_object({% for name, value in members.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}){% endmacro %}

{#- keep_null: a member that is null stays, as it does in Postgres. -#}
{% macro snowflake__json_object(members) %}object_construct_keep_null({% for name, value in members.items() %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}){% endmacro %}

{#- The values of a group as a JSON array, in the order given. -#}
{% macro json_array_of(value, order_by) %}
    {{- return(adapter.dispatch('json_array_of')(value, order_by)) -}}
{% endmacro %}

{% macro default__json_array_of(value, order_by) %}jsonb_agg({{ value }} order by {{ order_by }}){% endmacro %}

{% macro snowflake__json_array_of(value, order_by) %}array_agg({{ value }}) within group (order by {{ order_by }}){% endmacro %}
