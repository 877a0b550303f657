-- Every person that landed is either in staging or among the rejects, exactly once.
with landed as (
    select distinct ({{ json_text('record', ['id']) }})::bigint as id from {{ source('raw', 'persons') }}
),

kept as (
    select id from {{ ref('stg_persons') }}
    union all
    select id from {{ ref('stg_persons__rejects') }}
)

select coalesce(landed.id, kept.id) as id, count(*) as times
from landed
full join kept on kept.id = landed.id
group by 1
having count(*) <> 1 or count(landed.id) = 0 or count(kept.id) = 0
