{#-
    After `name as` of a common table expression whose columns cost something and are named often further down: Postgres
    would put them in anew wherever they are named.
-#}
{% macro computed_once() %}
    {{- return(adapter.dispatch('computed_once')()) -}}
{% endmacro %}

{% macro default__computed_once() %}materialized{% endmacro %}

{#- There is no such word there, and the planner decides. -#}
{% macro snowflake__computed_once() %}{% endmacro %}
