select reject_reason as reason, count(*) as listings
from {{ ref('stg_listings__rejects') }}
group by reject_reason
