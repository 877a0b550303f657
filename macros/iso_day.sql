{#-
    A day written `25/05/2020`, `1 January 2020` or `2020-05-25` as YYYY-MM-DD; any other text as it stands. Whether the
    calendar has that day is for text_to_date to say. Day before month: all our sources are European.
-#}
{% macro iso_day(expression) %}
    {%- set months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'] %}
    case
        when {{ matches(expression, '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$') }} then
            split_part({{ expression }}, '/', 3)
            || '-' || lpad(split_part({{ expression }}, '/', 2), 2, '0')
            || '-' || lpad(split_part({{ expression }}, '/', 1), 2, '0')
        when {{ matches(expression, '^[0-9]{1,2} [A-Za-z]+ [0-9]{4}$') }} then
            split_part({{ expression }}, ' ', 3)
            || '-' || case lower(split_part({{ expression }}, ' ', 2))
                {%- for month in months %}
                when '{{ month }}' then '{{ '%02d' | format(loop.index) }}'
                {%- endfor %}
                else split_part({{ expression }}, ' ', 2)
            end
            || '-' || lpad(split_part({{ expression }}, ' ', 1), 2, '0')
        else {{ expression }}
    end
{%- endmacro %}
