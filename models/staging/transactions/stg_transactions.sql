{#- One row per transaction: exports overlap, and the latest is believed. -#}

with ranked as (

    select
        *,
        row_number() over (partition by id order by {{ byte_order('_tfm_file') }} desc, _tfm_row desc) as place,
        count(*) over (partition by id) as records
    from {{ ref('stg_transaction_records') }}
    where reject_reason is null

)

select
    id,
    account_id,
    booked_on,
    amount,
    currency,
    label,
    counterparty,
    records
from ranked
where place = 1
