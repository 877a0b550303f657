select id from {{ ref('stg_orders') }} join {{ ref('stg_items') }} using (id)
