{#-
    Where tfm keeps the rows that a landing load could not read, with the reason (raw, reason, _tfm_file, _tfm_row):
    {{ rejects_of(source('raw', 'drugs')) }}
-#}
{% macro rejects_of(landing_table) %}
    {{- return(api.Relation.create(
        database=landing_table.database,
        schema=landing_table.schema,
        identifier=landing_table.identifier ~ '__rejects'
    )) -}}
{% endmacro %}
