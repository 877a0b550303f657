{#- A date from text written YYYY-MM-DD; null where the text is not a day of the calendar (1987-02-30, unknown). -#}
{% macro text_to_date(expression) %}
    {{- return(adapter.dispatch('text_to_date')(expression)) -}}
{% endmacro %}

{#- Postgres has no try_cast, and a cast of 1987-02-30 is an error: the day is compared with the month's last one first. -#}
{% macro default__text_to_date(expression) %}
    case when {{ expression }} ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' then
        case when right({{ expression }}, 2)::integer <= extract(day from (left({{ expression }}, 7) || '-01')::date + interval '1 month' - interval '1 day')
            then {{ expression }}::date
        end
    end
{%- endmacro %}

{#- The format alone would let in days and months of one digit. -#}
{% macro snowflake__text_to_date(expression) %}
    case when {{ matches(expression, '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$') }} then try_to_date({{ expression }}, 'YYYY-MM-DD') end
{%- endmacro %}
