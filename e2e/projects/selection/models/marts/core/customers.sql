select c.id from {{ ref('stg_customers') }} c left join {{ ref('orders') }} o on o.id = c.id
