select
    id as order_id,
    customer,
    country as country_code,
    amount,
    ordered_at
from {{ source('raw', 'orders') }}
where amount >= {{ var('least_amount') }}
