{#- What to write the next rule for: the label that is untagged most often comes first, equal ones share a place. -#}

select
    case when label_pattern is not null then rank() over (order by label_pattern is null, transactions desc) end as place,
    coalesce(label_pattern, '(labels of few accounts)') as label_pattern,
    transactions,
    cast(round(transactions / sum(transactions) over (), 4) as numeric(5, 4)) as share_of_untagged,
    last_booked_on
from {{ ref('anl_untagged_labels') }}
