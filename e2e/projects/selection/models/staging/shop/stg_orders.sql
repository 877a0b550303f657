select id, customer_id, 1 as amount from {{ source('shop', 'orders') }}
