{#-
    Runs that have to be processed anew, as a query of `run_key`, where the readings of runs stand in `this`: those with
    a reading in a file that is new, was loaded again or is gone; those with a reading that is corrected otherwise than
    before; and those with a reading in a window of the variable `reprocess`. However often a run is touched, it is
    there once. `corrections`: the seed with a hash of what each says.
-#}
{% macro runs_touched(landing_table, corrections) %}
    with other_files as (

        select coalesce(theirs._tfm_file, ours._tfm_file) as _tfm_file
        from (
            select _tfm_file, _tfm_loaded_at from {{ landing_table }} group by 1, 2
            union
            select _tfm_file, _tfm_loaded_at from {{ rejects_of(landing_table) }} as unread
        ) as theirs
        full join (select _tfm_file, _tfm_loaded_at from {{ this }} group by 1, 2) as ours
            on ours._tfm_file = theirs._tfm_file and ours._tfm_loaded_at = theirs._tfm_loaded_at
        where ours._tfm_file is null or theirs._tfm_file is null

    ),

    other_corrections as (

        select
            coalesce(theirs._tfm_file, ours._tfm_file) as _tfm_file,
            coalesce(theirs._tfm_row, ours._tfm_row) as _tfm_row,
            theirs.run_uuid
        from {{ corrections }} as theirs
        full join (select _tfm_file, _tfm_row, corrected_as from {{ this }} where corrected_as is not null) as ours
            on ours._tfm_file = theirs._tfm_file and ours._tfm_row = theirs._tfm_row and ours.corrected_as = theirs.says
        where ours._tfm_file is null or theirs._tfm_file is null

    )

    select coalesce(run_uuid, {{ no_run() }}) as run_key
    from {{ landing_table }}
    where
        _tfm_file in (select _tfm_file from other_files)
        {%- if var('reprocess') %}
        or {{ in_reprocess_windows('time_ms') }}
        {%- endif %}
    union
    select {{ no_run() }}
    from {{ rejects_of(landing_table) }} as unread
    where _tfm_file in (select _tfm_file from other_files)
    union
    select run_key from {{ this }} where _tfm_file in (select _tfm_file from other_files)
    union
    select readings.run_key
    from {{ this }} as readings
    inner join other_corrections as other on other._tfm_file = readings._tfm_file and other._tfm_row = readings._tfm_row
    union
    select coalesce(run_uuid, {{ no_run() }}) from other_corrections
{% endmacro %}

{#-
    Runs that a later model has to process anew, as a query of `run_uuid`: those that the model before it has processed
    since, and those with a moment in a window of the variable `reprocess`.
-#}
{% macro runs_processed_since(upstream) %}
    select theirs.run_uuid
    from (select distinct run_uuid, processed_at from {{ upstream }}) as theirs
    left join (select distinct run_uuid, processed_at from {{ this }}) as ours
        on ours.run_uuid = theirs.run_uuid and ours.processed_at = theirs.processed_at
    where ours.run_uuid is null
    {%- if var('reprocess') %}
    union
    select run_uuid from {{ upstream }} where {{ in_reprocess_windows('time_ms') }}
    {%- endif %}
{% endmacro %}

{#- Whether a moment lies in one of the windows of the variable `reprocess`: [{from: 2026-11-14, to: 2026-11-16}], `to` not included. -#}
{% macro in_reprocess_windows(time_ms) %}
    {%- set tests = [] %}
    {%- for window in var('reprocess') %}
    {%- do tests.append(time_ms ~ ' >= ' ~ day_to_ms(window['from']) ~ ' and ' ~ time_ms ~ ' < ' ~ day_to_ms(window['to'])) %}
    {%- endfor %}
    {{- tests | join(' or ') -}}
{% endmacro %}

{% macro day_to_ms(day) %}
    {%- set datetime = modules.datetime.datetime %}
    {%- set since = datetime.strptime(day | string, '%Y-%m-%d') - datetime(1970, 1, 1) %}
    {{- return(since.days * 86400000) -}}
{% endmacro %}

{#- Stands for the run of readings that name none, so that they too are processed together. -#}
{% macro no_run() %}'00000000-0000-0000-0000-000000000000'{% endmacro %}

{#- When this run of tfm began, UTC. -#}
{% macro this_run_started_at() %}cast('{{ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') }}' as {{ dbt.type_timestamp() }}){% endmacro %}

{#- The series of a run in the order of their columns: x_1, y_1 … fz_2. -#}
{% macro robot_series() %}
    {%- set series = [] %}
    {%- for robot in [1, 2] %}{% for field in ['x', 'y', 'z', 'fx', 'fy', 'fz'] %}
    {%- do series.append({'robot': robot, 'field': field, 'name': field ~ '_' ~ robot}) %}
    {%- endfor %}{% endfor %}
    {{- return(series) -}}
{% endmacro %}

{#- Milliseconds since 1970 as a moment, UTC. -#}
{% macro ms_to_timestamp(expression) %}
    {{- return(adapter.dispatch('ms_to_timestamp')(expression)) -}}
{% endmacro %}

{% macro default__ms_to_timestamp(expression) %}(timestamp '1970-01-01' + {{ expression }} * interval '1 millisecond'){% endmacro %}

{% macro snowflake__ms_to_timestamp(expression) %}to_timestamp_ntz({{ expression }}, 3){% endmacro %}
