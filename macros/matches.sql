{#- Whether a text matches a regular expression (POSIX classes, no backslashes, so that every engine reads it alike). -#}
{% macro matches(expression, pattern) %}
    {{- return(adapter.dispatch('matches')(expression, pattern)) -}}
{% endmacro %}

{% macro default__matches(expression, pattern) %}{{ expression }} ~ '{{ pattern }}'{% endmacro %}

{#- regexp_like is anchored at both ends there; patterns of this project say so themselves. -#}
{% macro snowflake__matches(expression, pattern) %}regexp_instr({{ expression }}, '{{ pattern }}') > 0{% endmacro %}
