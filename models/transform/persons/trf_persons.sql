{#- Persons without anything that names one: what is masked keeps its column, so that readers see it was there. -#}

{%- set masked = ['first_name', 'last_name', 'phone', 'street', 'street_name', 'building_number', 'zipcode'] %}

select
    id as person_id,
    {% for column in masked -%}
    case when {{ column }} is not null then '****' end as {{ column }},
    {% endfor -%}
    case when latitude is not null and longitude is not null then '****' end as coordinates,
    split_part(email, '@', 2) as email_domain,
    {{ age_range(years_between('birthday', 'extracted_at::date')) }} as age_range,
    gender,
    city,
    country,
    country_code,
    extracted_at
from {{ ref('stg_persons') }}
