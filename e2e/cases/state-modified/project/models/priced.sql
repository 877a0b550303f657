select {{ cents('id') }} as price from {{ ref('plain') }}
