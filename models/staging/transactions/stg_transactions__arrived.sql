{#- What the exports hold, with what landing could not read. -#}

{%- set columns = ['id', 'account_id', 'booked_at', 'amount', 'currency', 'label', 'counterparty'] %}

select
    {{ record_key(columns) }} as record_key,
    {% for column in columns -%}
    {{ column }} as arrived_{{ column }},
    {% endfor -%}
    cast(null as {{ dbt.type_string() }}) as landing_reason,
    cast(null as {{ dbt.type_string() }}) as arrived_text,
    _tfm_file,
    _tfm_row
from {{ source('raw', 'transactions') }}

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
from {{ rejects_of(source('raw', 'transactions')) }}
