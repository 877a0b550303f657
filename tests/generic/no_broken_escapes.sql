{#- Fails for texts that end in an escape such as \xc3 that was never decoded. -#}
{% test no_broken_escapes(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} <> {{ without_broken_escapes(column_name) }}

{% endtest %}
