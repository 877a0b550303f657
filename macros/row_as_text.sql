{#- All values of a row as one text, to look for something in any of them: {{ row_as_text('p') }} for the alias p. -#}
{% macro row_as_text(alias) %}
    {{- return(adapter.dispatch('row_as_text')(alias)) -}}
{% endmacro %}

{% macro default__row_as_text(alias) %}{{ alias }}::text{% endmacro %}

{% macro snowflake__row_as_text(alias) %}object_construct({{ alias }}.*)::varchar{% endmacro %}
