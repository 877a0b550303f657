{#- One row per listing and day on which it was seen; of several, the last that arrived. -#}

with ranked as (

    select
        *,
        row_number() over (partition by id, scraped_on order by {{ byte_order('_tfm_file') }} desc, _tfm_row desc) as place,
        count(*) over (partition by id, scraped_on) as records
    from {{ ref('stg_listing_records') }}
    where reject_reason is null

)

select
    id,
    scraped_on,
    city,
    country_code,
    property_type,
    price,
    currency,
    area_m2,
    price_per_m2,
    url,
    records
from ranked
where place = 1
