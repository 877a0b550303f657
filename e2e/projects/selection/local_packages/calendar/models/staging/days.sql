select day from {{ ref('base_days') }}
