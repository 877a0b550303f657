select 1 as x from {{ source('shop', 'orders') }}, {{ source('shop', 'items') }}, {{ ref('plans') }} where false
