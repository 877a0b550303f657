select
    country_code,
    city,
    property_type,
    quarter,
    currency,
    listings,
    median_price_per_m2
from {{ ref('anl_city_prices') }}
