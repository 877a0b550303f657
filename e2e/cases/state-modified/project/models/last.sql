select * from {{ ref('priced') }}
