{#- Counts that the reports are made of. A Gmail address is one at gmail.<any country>; notgmail.com is none. -#}

with flagged as (

    select
        country,
        age_range,
        coalesce({{ matches('email_domain', '^gmail[.][a-z]+([.][a-z]+)?$') }}, false) as is_gmail,
        coalesce(replace(split_part(age_range, '-', 1), '[', '')::integer > 60, false) as is_over_60
    from {{ ref('trf_persons') }}

)

select
    country,
    count(*) as persons,
    count(case when is_gmail then 1 end) as gmail_users,
    count(case when is_gmail and is_over_60 then 1 end) as gmail_users_over_60
from flagged
group by country
