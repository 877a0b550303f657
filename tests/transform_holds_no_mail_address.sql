-- Anonymised means: no column of trf_persons holds anything with an @ in it.
select person_id
from {{ ref('trf_persons') }} as p
where {{ row_as_text('p') }} like '%@%'
