{#- What the exports hold, with what landing could not read. -#}

{%- set columns = ['id', 'account_id', 'booked_at', 'amount', 'currency', 'label', 'counterparty'] %}

{{ arrived_rows(source('raw', 'transactions'), columns) }}
