select currency, rate from {{ ref('rates') }} join {{ ref('days') }} using (day)
