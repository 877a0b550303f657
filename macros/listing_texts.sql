{#- Text without what matches a pattern, wherever it stands, and without blanks around the rest. -#}
{% macro without_pattern(expression, pattern) %}
    {{- return(adapter.dispatch('without_pattern')(expression, pattern)) -}}
{% endmacro %}

{% macro default__without_pattern(expression, pattern) %}trim(regexp_replace({{ expression }}, '{{ pattern }}', '', 'g')){% endmacro %}

{% macro snowflake__without_pattern(expression, pattern) %}trim(regexp_replace({{ expression }}, '{{ pattern }}', '')){% endmacro %}

{#- The currency that a price in upper case names; null where it names none. -#}
{% macro currency_in(price) %}
    case
        when {{ matches(price, '€|EUR') }} then 'EUR'
        when {{ matches(price, 'CHF|FR[.]') }} then 'CHF'
        when {{ matches(price, '£|GBP') }} then 'GBP'
        when {{ matches(price, '[$]|USD') }} then 'USD'
    end
{%- endmacro %}

{#- What all the ways to name a currency have in common, for without_pattern. -#}
{% macro currency_pattern() %}€|EURO?|CHF|S?FR[.]|£|GBP|US[$]|[$]|USD{% endmacro %}

{#- The middle of a group's values; of an even number, halfway between the two in the middle. -#}
{% macro median_of(expression) %}
    {{- return(adapter.dispatch('median_of')(expression)) -}}
{% endmacro %}

{% macro default__median_of(expression) %}cast(percentile_cont(0.5) within group (order by {{ expression }}) as numeric){% endmacro %}

{% macro snowflake__median_of(expression) %}median({{ expression }}){% endmacro %}
