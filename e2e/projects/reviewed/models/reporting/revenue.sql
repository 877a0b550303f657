select
    c.name as country,
    o.ordered_on,
    sum(o.amount_cents) as cents
from {{ ref('orders') }} as o
join {{ ref('countries') }} as c on c.code = o.country_code
group by c.name, o.ordered_on
