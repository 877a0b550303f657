{#- A hash of what arrived in some text columns, by which a correction names a record wherever it stands in its file. -#}
{% macro record_key(columns) %}
    {%- set texts = [] %}
    {%- for column in columns %}{% do texts.append("coalesce(" ~ column ~ ", '')") %}{% endfor %}
    {{- return(dbt.hash(texts | join(" || '|' || "))) -}}
{% endmacro %}
