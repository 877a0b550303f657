select * from {{ ref('counted') }}
