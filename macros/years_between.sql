{#- Whole years from one date to another: an age. -#}
{% macro years_between(from_date, to_date) %}
    {{- return(adapter.dispatch('years_between')(from_date, to_date)) -}}
{% endmacro %}

{% macro default__years_between(from_date, to_date) %}extract(year from age({{ to_date }}, {{ from_date }}))::integer{% endmacro %}

{#- Not months_between, which takes 28 February for the birthday of who was born on a 29th. -#}
{% macro snowflake__years_between(from_date, to_date) %}(datediff(year, {{ from_date }}, {{ to_date }}) - case when to_char({{ to_date }}, 'MMDD') < to_char({{ from_date }}, 'MMDD') then 1 else 0 end){% endmacro %}
