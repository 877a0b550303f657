{#- Fails for ranges that are not [01-10] or ten years wide from …1 to …0. -#}
{% test well_formed_range(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} is not null
    and not {{ matches(column_name, '^[[](01-10|[1-9]1-[1-9]0|91-100|1[0-9]1-1[0-9]0)[]]$') }}

{% endtest %}
