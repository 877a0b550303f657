{#- What was paid per category, month and currency. Amounts of different currencies are never added up. -#}

select
    coalesce(category, 'untagged') as category,
    cast({{ dbt.date_trunc('month', 'booked_on') }} as date) as month,
    currency,
    count(case when amount < 0 then 1 end) as payments,
    cast(coalesce(-sum(case when amount < 0 then amount end), 0) as numeric(18, 2)) as spent,
    cast(coalesce(sum(case when amount > 0 then amount end), 0) as numeric(18, 2)) as received
from {{ ref('trf_transactions') }}
group by 1, 2, 3
