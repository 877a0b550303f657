select id from {{ ref('orders', v=2) }}
