{#- What a listing asked in a quarter: as it was seen last, so that one that is scraped often does not count more. -#}

with ranked as (

    select
        *,
        cast({{ dbt.date_trunc('quarter', 'scraped_on') }} as date) as quarter,
        row_number() over (partition by id, {{ dbt.date_trunc('quarter', 'scraped_on') }} order by scraped_on desc) as place
    from {{ ref('stg_listings') }}

)

select
    id as listing_id,
    quarter,
    city,
    country_code,
    property_type,
    price,
    currency,
    area_m2,
    price_per_m2
from ranked
where place = 1
