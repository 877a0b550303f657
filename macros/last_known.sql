{#-
    The nearest moment at which a column has a value, looking back from each row (its own included), with that value:
    a pair, of which known_time and known_value give the parts. `descending` looks ahead instead. Scans the rows once for
    all columns that are asked for in the same direction.
-#}
{% macro last_known(column, time, partition_by, descending=false) %}
    {{- return(adapter.dispatch('last_known')(column, time, partition_by, descending)) -}}
{% endmacro %}

{#- Postgres cannot skip nulls in a window; but arrays compare by their first element, so the last one is the greatest. -#}
{% macro default__last_known(column, time, partition_by, descending) -%}
    {{ 'min' if descending else 'max' }}(case when {{ column }} is not null then array[{{ time }}::double precision, {{ column }}] end)
    over (partition by {{ partition_by }} order by {{ time }}{{ ' desc' if descending }})
{%- endmacro %}

{% macro snowflake__last_known(column, time, partition_by, descending) -%}
    last_value(case when {{ column }} is not null then array_construct({{ time }}, {{ column }}) end) ignore nulls
    over (partition by {{ partition_by }} order by {{ time }}{{ ' desc' if descending }} rows between unbounded preceding and current row)
{%- endmacro %}

{% macro known_time(pair) %}
    {{- return(adapter.dispatch('known_time')(pair)) -}}
{% endmacro %}

{% macro default__known_time(pair) %}{{ pair }}[1]{% endmacro %}

{% macro snowflake__known_time(pair) %}{{ pair }}[0]::float{% endmacro %}

{% macro known_value(pair) %}
    {{- return(adapter.dispatch('known_value')(pair)) -}}
{% endmacro %}

{% macro default__known_value(pair) %}{{ pair }}[2]{% endmacro %}

{% macro snowflake__known_value(pair) %}{{ pair }}[1]::float{% endmacro %}
