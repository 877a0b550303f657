{#- Whole years from one date to another: an age. -#}
{% macro years_between(from_date, to_date) %}
    {{- return(adapter.dispatch('years_between')(from_date, to_date)) -}}
{% endmacro %}

{% macro default__years_between(from_date, to_date) %}extract(year from age({{ to_date }}, {{ from_date }}))::integer{% endmacro %}

{% macro snowflake__years_between(from_date, to_date) %}floor(months_between({{ to_date }}, {{ from_date }}) / 12)::integer{% endmacro %}
