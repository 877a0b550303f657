select
    id,
    case when raw_price ~ '^[0-9]+$' then raw_price::numeric end as price,
    area
from {{ corrected(ref('raw_listings'), ref('listing_corrections'), key='id') }}
