{#- Why listings are rejected, how often, and the first three of each reason. -#}

with examples as (

    select
        reason,
        {{ json_array_of(json_object({'record_key': 'record_key', 'reason': 'reject_reason', 'url': 'url'}), 'place') }} as examples
    from {{ ref('anl_listing_rejects') }}
    where place <= 3
    group by reason

),

counted as (

    select
        reason,
        count(*) as rejects
    from {{ ref('anl_listing_rejects') }}
    group by reason

)

select
    counted.reason,
    counted.rejects,
    examples.examples
from counted
inner join examples on examples.reason = counted.reason
