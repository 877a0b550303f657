select n from {{ ref('mart') }}
