{#- rank(), not limit: journals that mention equally many drugs are all named. -#}

with counted as (

    select
        journal,
        count(distinct drug) as drugs
    from {{ ref('anl_drug_journals') }}
    group by journal

),

ranked as (

    select
        *,
        rank() over (order by drugs desc) as place
    from counted

)

select
    journal,
    drugs
from ranked
where place = 1
