-- What arrived is what was staged plus what was rejected, source by source: nothing is dropped and nothing doubled.
with arrived as (
    select 'drugs' as arrived_in, count(*) as n from {{ source('raw', 'drugs') }}
    union all
    select 'drugs', count(*) from {{ rejects_of(source('raw', 'drugs')) }}
    {%- for table in ['clinical_trials', 'pubmed_csv', 'pubmed_json', 'robot_readings', 'transactions', 'listings'] %}
    union all
    select '{{ table }}', count(*) from {{ source('raw', table) }}
    union all
    select '{{ table }}', count(*) from {{ rejects_of(source('raw', table)) }}
    {%- endfor %}
    union all
    select 'persons', count(distinct ({{ json_text('record', ['id']) }})) from {{ source('raw', 'persons') }}
),

kept as (
    select 'drugs' as arrived_in, count(*) as n from {{ ref('stg_drugs') }}
    union all
    select 'drugs', count(*) from {{ ref('stg_drugs__rejects') }}
    union all
    select arrived_in, count(*) from {{ ref('stg_publication_records') }} where publication_key is not null group by 1
    union all
    select arrived_in, count(*) from {{ ref('stg_publications__rejects') }} group by 1
    {%- for table in ['transactions', 'listings'] %}
    union all
    select '{{ table }}', sum(records) from {{ ref('stg_' ~ table) }}
    union all
    select '{{ table }}', count(*) from {{ ref('stg_' ~ table ~ '__rejects') }}
    {%- endfor %}
    union all
    select 'robot_readings', count(*) from {{ ref('stg_robot_reading_records') }} where reject_reason is null
    union all
    select 'robot_readings', count(*) from {{ ref('stg_robot_readings__rejects') }}
    union all
    select 'persons', count(*) from {{ ref('stg_persons') }}
    union all
    select 'persons', count(*) from {{ ref('stg_persons__rejects') }}
),

balance as (
    select arrived_in, sum(n) as rows_arrived, 0 as rows_kept from arrived group by 1
    union all
    select arrived_in, 0, sum(n) from kept group by 1
)

select arrived_in, sum(rows_arrived) as rows_arrived, sum(rows_kept) as rows_kept
from balance
group by 1
having sum(rows_arrived) <> sum(rows_kept)
