{#-
    What landed in a table of texts, with what landing could not read: the columns as `arrived_…`, the key by which a
    correction names a row, and for the unread ones the reason and the text.
-#}
{% macro arrived_rows(landing_table, columns) %}
select
    {{ record_key(columns) }} as record_key,
    {% for column in columns -%}
    {{ column }} as arrived_{{ column }},
    {% endfor -%}
    cast(null as {{ dbt.type_string() }}) as landing_reason,
    cast(null as {{ dbt.type_string() }}) as arrived_text,
    _tfm_file,
    _tfm_row
from {{ landing_table }}

union all

select
    {{ record_key(['raw']) }},
    {% for column in columns -%}
    null,
    {% endfor -%}
    reason,
    raw,
    _tfm_file,
    _tfm_row
from {{ rejects_of(landing_table) }}
{%- endmacro %}
