{#- One row per publication: records of the same one are merged, and the latest that names a journal is believed. -#}

with ranked as (

    select
        *,
        row_number() over (
            partition by publication_key
            order by case when journal is null then 1 else 0 end, {{ byte_order('_tfm_file') }} desc, _tfm_row desc
        ) as place,
        count(*) over (partition by publication_key) as records
    from {{ ref('stg_publication_records') }}
    where reject_reason is null

)

select
    publication_key,
    kind,
    id,
    title,
    published_on,
    journal,
    records
from ranked
where place = 1
