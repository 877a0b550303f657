{#- Rejects with the reason apart from the value that it names. -#}

select
    record_key,
    split_part(reject_reason, ': ', 1) as reason,
    reject_reason,
    arrived_url as url,
    _tfm_file,
    _tfm_row
from {{ ref('stg_listings__rejects') }}
