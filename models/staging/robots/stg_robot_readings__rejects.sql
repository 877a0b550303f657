{#- Correct a reading under its file and row in seeds/robots_corrections.csv, and the next run takes it in. -#}

select
    _tfm_file,
    _tfm_row,
    reject_reason,
    run_key,
    robot_id,
    field,
    sensor_type,
    time_ms,
    value,
    arrived_text
from {{ ref('stg_robot_reading_records') }}
where reject_reason is not null
