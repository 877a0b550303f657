{#-
  Tests that compare what was built with what readers see now, and with what earlier runs published. In a layered run
  the first is the candidate; where nothing was published before there is nothing to compare, and they pass.
-#}

{#- What is published under a relation's name now; none where nothing is. -#}
{% macro published(relation) %}
  {%- if not execute -%}{{ return(none) }}{%- endif -%}
  {{ return(load_relation(_tfm_published_name(relation))) }}
{% endmacro %}

{% test row_count_change(model, max_decrease=0.2, max_increase=none) %}
  {%- set before = published(model) -%}
  {%- if before is none %}
    {%- if execute %}{% do _tfm_short_history(0, 1) %}{% endif %}
select 0 as rows_now, 0 as rows_before where false
  {%- else %}
select rows_now, rows_before
from (
    select
        (select count(*) from {{ model }}) as rows_now,
        (select count(*) from {{ before }}) as rows_before
) as counts
where rows_before > 0 and (
    rows_now < rows_before * (1 - {{ max_decrease }})
    {%- if max_increase is not none %} or rows_now > rows_before * (1 + {{ max_increase }}){% endif %}
)
  {%- endif %}
{% endtest %}

{% test keys_kept(model, column_name) %}
  {%- set before = published(model) -%}
  {%- if before is none %}
    {%- if execute %}{% do _tfm_short_history(0, 1) %}{% endif %}
select null as lost_key where false
  {%- else %}
select lost.{{ column_name }} as lost_key
from (
    select {{ column_name }} from {{ before }} where {{ column_name }} is not null
    except
    select {{ column_name }} from {{ model }}
) as lost
order by 1
  {%- endif %}
{% endtest %}

{% test schema_change(model, allow_new=true) %}
  {{ config(severity='warn') }}
  {%- set before = published(model) -%}
  {%- set changes = [] -%}
  {%- if before is none -%}
    {%- if execute %}{% do _tfm_short_history(0, 1) %}{% endif -%}
  {%- else -%}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(load_relation(_tfm_built_name(model))) -%}
      {%- do types.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {%- set known = [] -%}
    {%- for column in adapter.get_columns_in_relation(before) -%}
      {%- do known.append(column.name) -%}
      {%- if column.name not in types -%}
        {%- do changes.append([column.name, 'is gone']) -%}
      {%- elif types[column.name] != column.data_type -%}
        {%- do changes.append([column.name, 'is ' ~ types[column.name] ~ ', was ' ~ column.data_type]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- for name in types if not allow_new and name not in known -%}
      {%- do changes.append([name, 'is new']) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not changes %}
select null as column_name, null as change where false
  {%- endif -%}
  {%- for name, change in changes %}
select '{{ name | replace("'", "''") }}' as column_name, '{{ change | replace("'", "''") }}' as change
{{ 'union all' if not loop.last }}
  {%- endfor %}
{% endtest %}

{#- The last thirty figures of what was published, or as many as a test needs. -#}
{% macro tfm_past_values(measures, measure, column, min_runs) %}
    select value
    from {{ measures }}
    where project = '{{ project_name }}' and node = '{{ _tfm_tested_node }}'
      and table_schema in ('{{ _tfm_tested_schema | replace("'", "''") }}', '')
      and measure = '{{ measure }}' and column_name = '{{ column | replace("'", "''") }}'
    order by at desc
    limit {{ [30, min_runs] | max }}
{% endmacro %}

{#-
  Whether a figure of now is far from its median in the last thirty runs that published it: by more than `sensitivity`
  robust standard deviations (1.4826 times the median absolute deviation) and by more than `least`.
-#}
{% macro tfm_anomaly(now, measure, column, min_runs, sensitivity, least) %}
  {%- set measures = api.Relation.create(database=target.database, schema='tfm_state', identifier='measures') -%}
  {%- set past = tfm_past_values(measures, measure, column, min_runs) -%}
  {%- set runs = 0 -%}
  {%- if execute and load_relation(measures) is not none -%}
    {%- set runs = run_query('select count(*) as runs from (' ~ past ~ ') as past').columns[0].values()[0] | int -%}
  {%- endif -%}
  {%- set least_runs = [1, min_runs] | max -%}
  {%- if runs < least_runs %}
    {%- if execute %}{% do _tfm_short_history(runs, least_runs) %}{% endif %}
select null as value_now, null as usually, 0 as runs where false
  {%- else %}
with past as (
{{ past }}
),

middle as (
    select percentile_cont(0.5) within group (order by value) as median, count(*) as runs from past
),

spread as (
    select percentile_cont(0.5) within group (order by abs(past.value - middle.median)) as mad from past, middle
),

today as (
    {{ now }}
)

select today.value as value_now, middle.median as usually, middle.runs
from today, middle, spread
where abs(today.value - middle.median) > greatest({{ sensitivity }} * 1.4826 * spread.mad, {{ least }})
  {%- endif %}
{% endmacro %}

{% test volume_anomaly(model, min_runs=7, sensitivity=4, min_change=0.1) %}
  {{ config(severity='warn') }}
  {{ tfm_anomaly('select count(*)::float8 as value from ' ~ model, 'row_count', '',
      min_runs, sensitivity, min_change ~ ' * middle.median') }}
{% endtest %}

{% test null_rate_anomaly(model, column_name, min_runs=7, sensitivity=4, min_change=0.02) %}
  {{ config(severity='warn') }}
  {{ tfm_anomaly(
      'select coalesce(avg((' ~ column_name ~ ' is null)::int), 0)::float8 as value from ' ~ model, 'null_rate', column_name,
      min_runs, sensitivity, min_change) }}
{% endtest %}
