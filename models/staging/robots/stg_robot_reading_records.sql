{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='run_key', on_schema_change='fail') }}
{#-
    Every reading that arrived, corrected where somebody has done so: whether it is let in, or the reason why it is
    rejected. What is interpolated between two readings changes with each reading that comes late, so that a run is
    processed as a whole: when any of its readings arrives or is corrected, that run and no other.
-#}

{%- set columns = ['time_ms', 'value', 'field', 'robot_id', 'run_uuid', 'sensor_type'] %}

with landed as (

    select
        {{ columns | join(', ') }},
        cast(null as {{ dbt.type_string() }}) as landing_reason,
        cast(null as {{ dbt.type_string() }}) as arrived_text,
        _tfm_file,
        _tfm_row,
        _tfm_loaded_at
    from {{ source('raw', 'robot_readings') }}

    union all

    select
        {% for column in columns %}null, {% endfor %}
        reason,
        raw,
        _tfm_file,
        _tfm_row,
        _tfm_loaded_at
    from {{ rejects_of(source('raw', 'robot_readings')) }} as unread

),

corrections as {{ computed_once() }} (

    select
        *,
        {{ row_hash(columns) }} as says
    from {{ ref('robots_corrections') }}

),

corrected as (

    select
        {% for column in columns -%}
        case when corrections.says is null then landed.{{ column }} else corrections.{{ column }} end as {{ column }},
        {% endfor -%}
        corrections.says as corrected_as,
        landed.landing_reason,
        landed.arrived_text,
        landed._tfm_file,
        landed._tfm_row,
        landed._tfm_loaded_at
    from landed
    left join corrections on corrections._tfm_file = landed._tfm_file and corrections._tfm_row = landed._tfm_row

),

arrived as (

    select
        *,
        coalesce(run_uuid, {{ no_run() }}) as run_key
    from corrected

),

judged as (

    select
        *,
        case
            when landing_reason is not null and corrected_as is null then 'could not be read: ' || landing_reason
            when run_uuid is null then 'there is no run'
            when robot_id is null then 'there is no robot'
            when robot_id not in (1, 2) then 'the robot is not known: ' || robot_id
            when field is null then 'there is no field'
            when field not in ('x', 'y', 'z', 'fx', 'fy', 'fz') then 'the field is not known: ' || field
            when coalesce(sensor_type, '') <> case when field in ('x', 'y', 'z') then 'encoder' else 'load_cell' end
                then 'the sensor does not measure ' || field || ': ' || coalesce(sensor_type, 'none')
            when time_ms is null then 'there is no time'
            when time_ms < 946684800000 then 'the clock was not set: ' || time_ms
            when value is null then 'there is no value'
            when value = cast('NaN' as {{ dbt.type_float() }}) then 'the value is not a number'
        end as reject_reason
    from arrived
    {%- if is_incremental() %}
    where run_key in ({{ runs_touched(source('raw', 'robot_readings'), 'corrections') }})
    {%- endif %}

)

select
    run_key,
    robot_id,
    field,
    sensor_type,
    time_ms,
    value,
    reject_reason,
    reject_reason is null and row_number() over (
        partition by run_key, robot_id, {{ byte_order('field') }}, time_ms
        order by case when reject_reason is null then 0 else 1 end, {{ byte_order('_tfm_file') }} desc, _tfm_row desc
    ) = 1 as is_believed,
    corrected_as,
    arrived_text,
    _tfm_file,
    _tfm_row,
    _tfm_loaded_at,
    {{ this_run_started_at() }} as processed_at
from judged
