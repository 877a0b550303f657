{#-
    Rows as arrived_rows gives them, each column as `…_text`: what somebody corrected in place of what arrived, and
    nothing where that is blank.
-#}
{% macro corrected_rows(arrived, corrections, columns) %}
    select
        arrived.*,
        corrections.record_key is not null as is_corrected,
        {% for column in columns -%}
        {{ plain_text('case when corrections.record_key is null then arrived.arrived_' ~ column ~ ' else corrections.' ~ column ~ ' end') }} as {{ column }}_text{{ ',' if not loop.last }}
        {% endfor %}
    from {{ arrived }} as arrived
    left join {{ corrections }} as corrections on corrections.record_key = arrived.record_key
{%- endmacro %}
