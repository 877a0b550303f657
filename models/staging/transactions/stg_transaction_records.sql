{#-
    Every row of the exports, corrected where somebody has done so: the transaction it tells of, or the reason why it is
    rejected. An id that stands for two accounts belongs to the one that came first.

    An amount's last point or comma is its decimal mark when one or two digits follow, and else stands between groups.
-#}

{%- set columns = ['id', 'account_id', 'booked_at', 'amount', 'currency', 'label', 'counterparty'] %}

with corrected as (

    {{ corrected_rows(ref('stg_transactions__arrived'), ref('transactions_corrections'), columns) }}

),

split as (

    select
        *,
        case
            when {{ matches('booked_at_text', '^[^ T]+([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$') }}
                then replace(split_part(replace(booked_at_text, 'T', ' '), ' ', 1), '.', '/')
            else booked_at_text
        end as day_text,
        case when {{ matches('amount_text', '[,][0-9]{1,2}$') }} then ',' else '.' end as decimal_mark
    from corrected

),

typed as (

    select
        *,
        {{ text_to_date(iso_day('day_text')) }} as booked_on,
        cast({{ parsed_number('amount_text', 'decimal_mark') }} as numeric(18, 2)) as amount,
        {{ currency_code('currency_text') }} as currency
    from split

),

readable as (

    select
        *,
        case
            when landing_reason is not null and not is_corrected then 'could not be read: ' || landing_reason
            when id_text is null then 'there is no id'
            when account_id_text is null then 'there is no account'
            when booked_at_text is null then 'there is no day'
            when booked_on is null then 'the day is none: ' || booked_at_text
            when amount_text is null then 'there is no amount'
            when amount is null then 'the amount is none: ' || amount_text
            when currency is null then 'there is no currency'
            when currency not in {{ known_currencies() }} then 'the currency is not known: ' || currency_text
        end as unreadable
    from typed

),

by_id as (

    select
        *,
        first_value(account_id_text) over (partition by id_text, unreadable order by {{ byte_order('_tfm_file') }}, _tfm_row) as account_of_id
    from readable

),

judged as (

    select
        *,
        coalesce(
            unreadable,
            case when account_id_text <> account_of_id then 'the id ' || id_text || ' belongs to another account' end
        ) as reject_reason
    from by_id

)

select
    record_key,
    case when reject_reason is null then id_text end as id,
    reject_reason,
    is_corrected,
    account_id_text as account_id,
    booked_on,
    amount,
    currency,
    label_text as label,
    counterparty_text as counterparty,
    {% for column in columns -%}
    arrived_{{ column }},
    {% endfor -%}
    arrived_text,
    _tfm_file,
    _tfm_row
from judged
