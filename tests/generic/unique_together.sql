{#- Fails for rows that share the values of all these columns. -#}
{% test unique_together(model, columns) %}

select {{ columns | join(', ') }}, count(*) as rows_with_them
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
