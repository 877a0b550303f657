{{ config(materialized='ephemeral') }}
{#- Every row of the list of drugs, corrected where somebody has done so, with the reason why it is rejected, if any. -#}

with arrived as (

    select
        {{ dbt.hash("coalesce(atccode, '') || '|' || coalesce(drug, '')") }} as record_key,
        atccode,
        drug,
        cast(null as {{ dbt.type_string() }}) as landing_reason,
        cast(null as {{ dbt.type_string() }}) as raw,
        _tfm_file,
        _tfm_row
    from {{ source('raw', 'drugs') }}

    union all

    select
        {{ dbt.hash('raw') }},
        null,
        null,
        reason,
        raw,
        _tfm_file,
        _tfm_row
    from {{ rejects_of(source('raw', 'drugs')) }}

),

cleaned as (

    select
        arrived.record_key,
        arrived.atccode as arrived_atccode,
        arrived.drug as arrived_drug,
        arrived.raw as arrived_text,
        case when corrections.record_key is null then arrived.landing_reason end as landing_reason,
        upper({{ folded_text('case when corrections.record_key is null then arrived.atccode else corrections.atccode end') }}) as atccode,
        upper({{ folded_text('case when corrections.record_key is null then arrived.drug else corrections.drug end') }}) as drug,
        arrived._tfm_file,
        arrived._tfm_row
    from arrived
    left join {{ ref('drugs_corrections') }} as corrections on corrections.record_key = arrived.record_key

),

numbered as (

    select
        *,
        row_number() over (partition by drug order by landing_reason is null desc, atccode is null, {{ byte_order('_tfm_file') }}, _tfm_row) as appearance
    from cleaned

)

select
    *,
    case
        when landing_reason is not null then 'could not be read: ' || landing_reason
        when drug is null then 'the drug has no name'
        when atccode is null then 'the drug has no code'
        when appearance > 1 then 'the drug is on the list already'
    end as reject_reason
from numbered
