{#- {"drugs": [{"drug", "atccode", "publications": [{"kind", "id", "title", "date"}], "journals": [{"journal", "date"}]}]} -#}

with publications as (

    select
        drug,
        atccode,
        {{ json_array_of(
            json_object({'kind': 'kind', 'id': 'publication_id', 'title': 'title', 'date': 'mentioned_on'}),
            'mentioned_on, ' ~ byte_order('publication_key')
        ) }} as publications
    from {{ ref('anl_drug_publications') }}
    group by drug, atccode

),

journals as (

    select
        drug,
        {{ json_array_of(
            json_object({'journal': 'journal', 'date': 'mentioned_on'}),
            'mentioned_on, ' ~ byte_order('journal')
        ) }} as journals
    from {{ ref('anl_drug_journals') }}
    group by drug

),

drugs as (

    select
        publications.drug,
        {{ json_object({
            'drug': 'publications.drug',
            'atccode': 'publications.atccode',
            'publications': 'publications.publications',
            'journals': 'journals.journals'
        }) }} as node
    from publications
    left join journals on journals.drug = publications.drug

)

select {{ json_object({'drugs': json_array_of('node', byte_order('drug'))}) }} as graph
from drugs
