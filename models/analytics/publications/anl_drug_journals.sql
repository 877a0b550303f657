{#- The mention graph, drug → journal: the days on which a journal mentioned a drug, and in what. -#}

select
    drug,
    journal,
    published_on as mentioned_on,
    sum(case when kind = 'article' then 1 else 0 end)::integer as articles,
    sum(case when kind = 'trial' then 1 else 0 end)::integer as trials
from {{ ref('trf_mentions') }}
where journal is not null
group by drug, journal, published_on
