{% test has_rows(model) %}select 1 as x where not exists (select 1 from {{ model }}){% endtest %}
{% test same_rows(model, other, third) %}select 1 as x from {{ model }}, {{ other }}, {{ third }} where false{% endtest %}
