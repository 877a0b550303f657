{#-
    A run's begin and end, and how far each robot went: the way between the moments at which all three of its axes are
    known. Added up as decimals, so that no order of the rows gives another sum.
-#}

select
    run_uuid,
    {{ ms_to_timestamp('min(time_ms)') }} as started_at,
    {{ ms_to_timestamp('max(time_ms)') }} as stopped_at,
    max(time_ms) - min(time_ms) as runtime_ms,
    {% for robot in [1, 2] -%}
    cast(round(sum(cast(velocity_{{ robot }} * elapsed_ms as numeric(18, 6))), 3) as numeric(18, 3)) as distance_{{ robot }}_mm,
    {% endfor -%}
    max(processed_at) as processed_at
from {{ ref('anl_robot_motion') }}
group by run_uuid
