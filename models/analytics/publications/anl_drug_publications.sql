{#- The mention graph, drug → publication. -#}

select
    drug,
    atccode,
    publication_key,
    kind,
    publication_id,
    title,
    published_on as mentioned_on
from {{ ref('trf_mentions') }}
