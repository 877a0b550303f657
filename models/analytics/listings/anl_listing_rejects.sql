{#- Rejects, numbered in each reason; the first of them are its examples. -#}

select
    reason,
    row_number() over (partition by reason order by {{ byte_order('_tfm_file') }}, _tfm_row) as place,
    record_key,
    reject_reason,
    url
from {{ ref('trf_listing_rejects') }}
