{#- Correct a record under its record_key in seeds/listings_corrections.csv, and the next run takes it in. -#}

select
    record_key,
    reject_reason,
    arrived_id,
    arrived_raw_price,
    arrived_living_area,
    arrived_city,
    arrived_country,
    arrived_property_type,
    arrived_scraped_at,
    arrived_url,
    arrived_text,
    _tfm_file,
    _tfm_row
from {{ ref('stg_listing_records') }}
where reject_reason is not null
