{#- A hash of some columns of any types, by which rows are compared. -#}
{% macro row_hash(columns) %}
    {%- set texts = [] %}
    {%- for column in columns %}{% do texts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')") %}{% endfor %}
    {{- return(dbt.hash(texts | join(" || '|' || "))) -}}
{% endmacro %}
