select
    order_id,
    customer,
    country_code,
    {{ cents('amount') }} as amount_cents,
    ordered_at::date as ordered_on
from {{ ref('stg_orders') }}
