{#- What the scrapes hold, with what landing could not read. -#}

{%- set columns = ['id', 'raw_price', 'living_area', 'city', 'country', 'property_type', 'scraped_at', 'url'] %}

select
    {{ record_key(columns) }} as record_key,
    {% for column in columns -%}
    {{ column }} as arrived_{{ column }},
    {% endfor -%}
    cast(null as {{ dbt.type_string() }}) as landing_reason,
    cast(null as {{ dbt.type_string() }}) as arrived_text,
    _tfm_file,
    _tfm_row
from {{ source('raw', 'listings') }}

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
from {{ rejects_of(source('raw', 'listings')) }}
