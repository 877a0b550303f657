select id from {{ ref('forecast') }} join {{ ref('customer.lifetime') }} using (id)
