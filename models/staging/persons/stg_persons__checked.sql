{{ config(materialized='ephemeral') }}
{#- Corrections made by hand take the place of what arrived; then every person is right, or has a reason not to be. -#}

with corrected as (

    select
        latest.*,
        coalesce(corrections.birthday, {{ text_to_date('latest.birthday_text') }}) as birthday,
        corrections.id is not null as is_corrected
    from {{ ref('stg_persons__latest') }} as latest
    left join {{ ref('persons_corrections') }} as corrections on corrections.id = latest.id
    where {{ within_retention('latest._tfm_loaded_at') }}

)

select
    *,
    case
        when birthday is null and coalesce(birthday_text, '') <> '' then 'birthday is not a date: ' || birthday_text
        when birthday > extracted_at::date then 'birthday is in the future: ' || birthday_text
    end as reject_reason
from corrected
