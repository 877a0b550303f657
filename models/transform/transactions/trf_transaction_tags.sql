{#-
    All tags of a transaction: those of the rules whose pattern matches its label or counterparty. Built from all
    transactions in every run, so that a rule that is changed retags history.
-#}

select
    transactions.id as transaction_id,
    rules.tag,
    min(rules.priority) as priority
from {{ ref('stg_transactions') }} as transactions
inner join {{ ref('tagging_rules') }} as rules
    on {{ matches_any_case('transactions.label', 'rules.pattern') }}
        or {{ matches_any_case('transactions.counterparty', 'rules.pattern') }}
group by transactions.id, rules.tag
