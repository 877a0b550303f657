{#- What no rule matches, by what the labels have in common. One row without a label holds those that few accounts have. -#}

select
    label_pattern,
    count(*) as transactions,
    min(booked_on) as first_booked_on,
    max(booked_on) as last_booked_on
from {{ ref('trf_transactions') }}
where category is null
group by label_pattern
