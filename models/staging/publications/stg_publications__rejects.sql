{#- Correct a record under its record_key in seeds/publications_corrections.csv, and the next run takes it in. -#}

select
    record_key,
    kind,
    reject_reason,
    arrived_id,
    arrived_title,
    arrived_date,
    arrived_journal,
    arrived_text,
    arrived_in,
    _tfm_file,
    _tfm_row
from {{ ref('stg_publication_records') }}
where reject_reason is not null
