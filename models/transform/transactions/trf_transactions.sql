{#-
    Transactions with their tags, their category and what people noted about them, without account and counterparty.
    The category is the tag with the smallest priority; of equal ones, the first in the alphabet.

    A label may name a person. What labels have in common is kept only where enough accounts have it (variable
    `accounts_to_share_a_label`): a shop's label is known to many, a friend's name to few.
-#}

with ranked as (

    select
        *,
        row_number() over (partition by transaction_id order by priority, {{ byte_order('tag') }}) as place
    from {{ ref('trf_transaction_tags') }}

),

tags as (

    select
        transaction_id,
        max(case when place = 1 then tag end) as category,
        {{ json_array_of('tag', 'place') }} as tags
    from ranked
    group by transaction_id

),

annotations as (

    select
        transaction_id,
        {{ json_array_of('annotation', byte_order('annotation')) }} as annotations
    from {{ ref('transactions_annotations') }}
    group by transaction_id

),

patterned as (

    select
        *,
        coalesce({{ label_pattern('label') }}, '(blank)') as label_pattern
    from {{ ref('stg_transactions') }}

),

shared as (

    select label_pattern
    from patterned
    group by label_pattern
    having count(distinct account_id) >= {{ var('accounts_to_share_a_label') }}

)

select
    patterned.id as transaction_id,
    patterned.booked_on,
    patterned.amount,
    patterned.currency,
    tags.category,
    tags.tags,
    annotations.annotations,
    shared.label_pattern
from patterned
left join tags on tags.transaction_id = patterned.id
left join annotations on annotations.transaction_id = patterned.id
left join shared on shared.label_pattern = patterned.label_pattern
