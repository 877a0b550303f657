{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='run_uuid', on_schema_change='fail') }}
{#-
    One row per run and moment at which anything was read, a column for each series. Where a series was not read at that
    moment it is interpolated, linear in time, between its readings before and after in the same run; before its first
    reading and after its last one there is nothing to say.
-#}

{%- set series = robot_series() %}

with readings as (

    select * from {{ ref('stg_robot_readings') }}
    {%- if is_incremental() %}
    where run_uuid in ({{ runs_processed_since(ref('stg_robot_readings')) }})
    {%- endif %}

),

wide as (

    select
        run_uuid,
        time_ms,
        {% for one in series -%}
        max(case when robot_id = {{ one.robot }} and field = '{{ one.field }}' then value end) as {{ one.name }},
        {% endfor -%}
        max(processed_at) as processed_at
    from readings
    group by run_uuid, time_ms

),

known as (

    select
        *,
        {% for one in series -%}
        {{ last_known(one.name, 'time_ms', 'run_uuid') }} as before_{{ one.name }},
        {{ last_known(one.name, 'time_ms', 'run_uuid', descending=true) }} as after_{{ one.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from wide

)

select
    run_uuid,
    time_ms,
    {% for one in series -%}
    {%- set before, after = 'before_' ~ one.name, 'after_' ~ one.name -%}
    coalesce(
        {{ one.name }},
        {{ known_value(before) }} + ({{ known_value(after) }} - {{ known_value(before) }}) * ((time_ms - {{ known_time(before) }}) / ({{ known_time(after) }} - {{ known_time(before) }}))
    ) as {{ one.name }},
    {% endfor -%}
    processed_at
from known
