{{ config(materialized='view') }}
{#- Readings that are let in, each once: of those that came twice, the one that came last. -#}

select
    run_key as run_uuid,
    robot_id,
    field,
    time_ms,
    value,
    processed_at,
    _tfm_file,
    _tfm_row
from {{ ref('stg_robot_reading_records') }}
where is_believed
