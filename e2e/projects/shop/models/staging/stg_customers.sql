select distinct customer
from {{ ref('raw_orders') }}
