{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='run_uuid', on_schema_change='fail') }}
{#-
    How the robots move and press: velocity and acceleration of each axis since the moment before, their totals, and the
    total force. Null where one of the values needed is not known.
-#}

{%- set axes = ['x_1', 'y_1', 'z_1', 'x_2', 'y_2', 'z_2'] %}

with moments as (

    select * from {{ ref('trf_robot_moments') }}
    {%- if is_incremental() %}
    where run_uuid in ({{ runs_processed_since(ref('trf_robot_moments')) }})
    {%- endif %}

),

elapsed as (

    select
        *,
        time_ms - lag(time_ms) over (partition by run_uuid order by time_ms) as elapsed_ms
    from moments

),

moving as (

    select
        *,
        {% for axis in axes -%}
        ({{ axis }} - lag({{ axis }}) over (partition by run_uuid order by time_ms)) / elapsed_ms as v{{ axis }}{{ ',' if not loop.last }}
        {% endfor %}
    from elapsed

),

speeding as (

    select
        *,
        {% for axis in axes -%}
        (v{{ axis }} - lag(v{{ axis }}) over (partition by run_uuid order by time_ms)) / elapsed_ms as a{{ axis }}{{ ',' if not loop.last }}
        {% endfor %}
    from moving

)

select
    run_uuid,
    time_ms,
    elapsed_ms,
    {% for axis in axes -%}
    v{{ axis }},
    {% endfor -%}
    {% for axis in axes -%}
    a{{ axis }},
    {% endfor -%}
    {% for robot in [1, 2] -%}
    {% for total, axis in [('velocity', 'v%s_%d'), ('acceleration', 'a%s_%d'), ('force', 'f%s_%d')] -%}
    {%- set x, y, z = axis | format('x', robot), axis | format('y', robot), axis | format('z', robot) -%}
    sqrt({{ x }} * {{ x }} + {{ y }} * {{ y }} + {{ z }} * {{ z }}) as {{ total }}_{{ robot }},
    {% endfor -%}
    {% endfor -%}
    processed_at
from speeding
