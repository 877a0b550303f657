select
    category,
    month,
    currency,
    payments,
    spent,
    cast(round(spent / sum(spent) over (partition by month, currency), 4) as numeric(5, 4)) as share_of_month
from {{ ref('anl_category_months') }}
where spent > 0
