{#- Prices per m² by city, type and quarter. A city's prices in another currency stand apart. -#}

select
    country_code,
    city,
    property_type,
    quarter,
    currency,
    count(*) as listings,
    cast(round({{ median_of('price_per_m2') }}, 2) as numeric(18, 2)) as median_price_per_m2,
    min(price_per_m2) as lowest_price_per_m2,
    max(price_per_m2) as highest_price_per_m2
from {{ ref('trf_listings') }}
group by country_code, city, property_type, quarter, currency
