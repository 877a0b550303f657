{#- Counts that the reports are made of. A Gmail address is one at gmail.<any country>; notgmail.com is none. -#}

with flagged as (

    select
        country,
        age_range,
        coalesce(email_domain ~ '^gmail[.][a-z]+([.][a-z]+)?$', false) as is_gmail,
        coalesce(substring(age_range from 2 for length(age_range) - 2) >= '61-70' or age_range = '[101-110]', false) as is_over_60
    from {{ ref('trf_persons') }}

)

select
    country,
    count(*) as persons,
    count(*) filter (where is_gmail) as gmail_users,
    count(*) filter (where is_gmail and is_over_60) as gmail_users_over_60
from flagged
group by country
