{#- Correct a row under its record_key in seeds/drugs_corrections.csv, and the next run takes it in. -#}

select
    record_key,
    reject_reason,
    arrived_atccode,
    arrived_drug,
    arrived_text,
    _tfm_file,
    _tfm_row
from {{ ref('stg_drugs__checked') }}
where reject_reason is not null
