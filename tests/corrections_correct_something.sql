-- A correction whose record never arrived has a typing error in its record_key, or its file is gone; so has a note on a
-- transaction that is not there.
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

union all

select 'transactions_corrections', corrections.record_key, corrections.reason
from {{ ref('transactions_corrections') }} as corrections
left join {{ ref('stg_transaction_records') }} as records on records.record_key = corrections.record_key
where records.record_key is null

union all

select 'listings_corrections', corrections.record_key, corrections.reason
from {{ ref('listings_corrections') }} as corrections
left join {{ ref('stg_listing_records') }} as records on records.record_key = corrections.record_key
where records.record_key is null

union all

select 'robots_corrections', corrections._tfm_file || ', row ' || corrections._tfm_row, corrections.reason
from {{ ref('robots_corrections') }} as corrections
left join {{ ref('stg_robot_reading_records') }} as records
    on records._tfm_file = corrections._tfm_file and records._tfm_row = corrections._tfm_row
where records._tfm_file is null

union all

select 'transactions_annotations', annotations.transaction_id, annotations.annotation
from {{ ref('transactions_annotations') }} as annotations
left join {{ ref('stg_transactions') }} as transactions on transactions.id = annotations.transaction_id
where transactions.id is null
