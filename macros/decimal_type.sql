{#- The type of a number that keeps the decimals it came with. -#}
{% macro decimal_type() %}
    {{- return(adapter.dispatch('decimal_type')()) -}}
{% endmacro %}

{% macro default__decimal_type() %}numeric{% endmacro %}

{#- A bare numeric has no decimals there. -#}
{% macro snowflake__decimal_type() %}number(38, 12){% endmacro %}
