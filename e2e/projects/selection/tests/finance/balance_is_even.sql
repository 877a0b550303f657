select id from {{ ref('balance') }} where false
