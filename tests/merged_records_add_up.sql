-- Every record that was let in is counted in exactly one publication.
select records.n as records_let_in, publications.n as records_merged
from (select count(*) as n from {{ ref('stg_publication_records') }} where publication_key is not null) as records
cross join (select coalesce(sum(records), 0) as n from {{ ref('stg_publications') }}) as publications
where records.n <> publications.n
