{#- Whether a text matches the regular expression in a column, in any case. -#}
{% macro matches_any_case(expression, pattern) %}
    {{- return(adapter.dispatch('matches_any_case')(expression, pattern)) -}}
{% endmacro %}

{% macro default__matches_any_case(expression, pattern) %}{{ expression }} ~* {{ pattern }}{% endmacro %}

{% macro snowflake__matches_any_case(expression, pattern) %}regexp_instr({{ expression }}, {{ pattern }}, 1, 1, 0, 'i') > 0{% endmacro %}

{#- What labels have in common: lower case, and # for each word that holds a digit. `SHELL 0231` is `shell #`. -#}
{% macro label_pattern(expression) %}
    {{- return(adapter.dispatch('label_pattern')(expression)) -}}
{% endmacro %}

{% macro default__label_pattern(expression) %}regexp_replace(lower({{ expression }}), '[^ ]*[0-9][^ ]*', '#', 'g'){% endmacro %}

{% macro snowflake__label_pattern(expression) %}regexp_replace(lower({{ expression }}), '[^ ]*[0-9][^ ]*', '#'){% endmacro %}
