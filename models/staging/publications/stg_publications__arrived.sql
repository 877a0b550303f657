{{ config(materialized='ephemeral') }}
{#-
    Trials and articles in one shape, with what landing could not read. record_key is made of what arrived and not of
    where it stood, so a correction still finds its record in a file that is sent anew.
-#}

{%- set tables = {'clinical_trials': 'trial', 'pubmed_csv': 'article', 'pubmed_json': 'article'} %}

{%- for table, kind in tables.items() %}
select
    {{ dbt.hash("'" ~ kind ~ "|' || coalesce(id, '') || '|' || coalesce(title, '') || '|' || coalesce(date, '') || '|' || coalesce(journal, '')") }} as record_key,
    '{{ kind }}' as kind,
    '{{ table }}' as arrived_in,
    id as arrived_id,
    title as arrived_title,
    date as arrived_date,
    journal as arrived_journal,
    cast(null as {{ dbt.type_string() }}) as landing_reason,
    cast(null as {{ dbt.type_string() }}) as arrived_text,
    _tfm_file,
    _tfm_row
from {{ source('raw', table) }}

union all

select
    {{ dbt.hash("'" ~ kind ~ "|' || raw") }},
    '{{ kind }}',
    '{{ table }}',
    null,
    null,
    null,
    null,
    reason,
    raw,
    _tfm_file,
    _tfm_row
from {{ rejects_of(source('raw', table)) }}
{{ 'union all' if not loop.last }}
{%- endfor %}
