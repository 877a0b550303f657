{#- Nothing is dropped in silence: correct a row in seeds/persons_corrections.csv and the next run takes it in. -#}

select
    id,
    reject_reason,
    birthday_text,
    extracted_at,
    _tfm_file,
    _tfm_row
from {{ ref('stg_persons__checked') }}
where reject_reason is not null
