{#- Typed and clean, one row per person. What is not right stands in stg_persons__rejects. -#}

select
    id,
    first_name,
    last_name,
    case when {{ matches('email', '^[^@[:space:]]+@[^@[:space:]]+[.][a-z]+$') }} then email end as email,
    phone,
    birthday,
    gender,
    address_street as street,
    address_streetname as street_name,
    address_buildingnumber as building_number,
    address_city as city,
    address_zipcode as zipcode,
    {{ capitalised_words('address_country') }} as country,
    address_country_code as country_code,
    latitude,
    longitude,
    website,
    is_corrected,
    extracted_at
from {{ ref('stg_persons__checked') }}
where reject_reason is null
