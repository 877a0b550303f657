-- A correction whose record never arrived has a typing error in its record_key, or its file is gone.
{{ config(severity='warn') }}

select 'publications_corrections' as seed, corrections.record_key, corrections.reason
from {{ ref('publications_corrections') }} as corrections
left join {{ ref('stg_publication_records') }} as records on records.record_key = corrections.record_key
where records.record_key is null

union all

select 'drugs_corrections', corrections.record_key, corrections.reason
from {{ ref('drugs_corrections') }} as corrections
left join {{ ref('stg_drugs__checked') }} as records on records.record_key = corrections.record_key
where records.record_key is null
