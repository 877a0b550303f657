{#- The extraction time is read from the page's name, so a page without one must not go further than landing. -#}
{% test file_name_has_extraction_time(model, column_name, folder) %}

select distinct {{ column_name }}
from {{ model }}
where not {{ matches(column_name, '^' ~ folder ~ '/[0-9]{8}T[0-9]{6}_') }}

{% endtest %}
