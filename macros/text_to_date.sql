{#- A date from text written YYYY-MM-DD; null where the text is not a day of the calendar (1987-02-30, unknown). -#}
{% macro text_to_date(expression) %}
    {{- return(adapter.dispatch('text_to_date')(expression)) -}}
{% endmacro %}

{#- Postgres has no try_cast before 17: the day is built from its parts, and kept only if it spells the same text. -#}
{% macro default__text_to_date(expression) %}
    case
        when {{ expression }} ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
            and to_char(to_date({{ expression }}, 'YYYY-MM-DD'), 'YYYY-MM-DD') = {{ expression }}
        then to_date({{ expression }}, 'YYYY-MM-DD')
    end
{%- endmacro %}

{% macro snowflake__text_to_date(expression) %}try_to_date({{ expression }}, 'YYYY-MM-DD'){% endmacro %}
