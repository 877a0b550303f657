{#- A publication mentions a drug when the drug's name stands in its title as a whole word, in any case. -#}

select
    drugs.drug,
    drugs.atccode,
    publications.publication_key,
    publications.kind,
    publications.id as publication_id,
    publications.title,
    publications.journal,
    publications.published_on
from {{ ref('stg_publications') }} as publications
inner join {{ ref('stg_drugs') }} as drugs on {{ contains_word('publications.title', 'drugs.drug') }}
