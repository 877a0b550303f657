{#- A ten-year range for an age in whole years: 0–10 is [01-10], 11–20 is [11-20], 21–30 is [21-30]. -#}
{% macro age_range(age) %}
    case
        when {{ age }} is null then null
        when {{ age }} <= 10 then '[01-10]'
        {#- floor: an engine where a division of whole numbers has decimals must cut them off too. -#}
        {%- set tens = "floor((" ~ age ~ " - 1) / 10)::integer * 10" %}
        else '[' || ({{ tens }} + 1)::varchar || '-' || ({{ tens }} + 10)::varchar || ']'
    end
{%- endmacro %}
