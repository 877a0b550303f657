-- stg_persons__latest reads only pages that are new to it. Whatever it skipped, it must hold what reading all would give.
with landed as (
    select
        ({{ json_text('record', ['id']) }})::bigint as id,
        {{ extraction_time('_tfm_file') }} as extracted_at,
        _tfm_file,
        _tfm_row
    from {{ source('raw', 'persons') }}
),

ranked as (
    select *, row_number() over (partition by id order by {{ latest_extraction_first() }}) as recency
    from landed
)

select ranked.id, ranked._tfm_file, ranked._tfm_row, latest._tfm_file as held_file, latest._tfm_row as held_row
from ranked
left join {{ ref('stg_persons__latest') }} as latest on latest.id = ranked.id
where ranked.recency = 1 and ((latest._tfm_file is distinct from ranked._tfm_file) or (latest._tfm_row is distinct from ranked._tfm_row))
