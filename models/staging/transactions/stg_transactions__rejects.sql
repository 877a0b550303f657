{#- Correct a row under its record_key in seeds/transactions_corrections.csv, and the next run takes it in. -#}

select
    record_key,
    reject_reason,
    arrived_id,
    arrived_account_id,
    arrived_booked_at,
    arrived_amount,
    arrived_currency,
    arrived_label,
    arrived_counterparty,
    arrived_text,
    _tfm_file,
    _tfm_row
from {{ ref('stg_transaction_records') }}
where reject_reason is not null
