{#- One row per drug, by its name in upper case. What is not right stands in stg_drugs__rejects. -#}

select
    drug,
    atccode,
    _tfm_file,
    _tfm_row
from {{ ref('stg_drugs__checked') }}
where reject_reason is null
