{{ config(materialized='ephemeral') }}
{#- One row per person, as the latest extraction has it: pages overlap, and later extractions repeat persons. -#}

with landed as (

    select
        ({{ json_text('record', ['id']) }})::bigint as id,
        {{ json_text('record', ['firstname']) }} as first_name,
        {{ json_text('record', ['lastname']) }} as last_name,
        lower(trim({{ json_text('record', ['email']) }})) as email,
        {{ json_text('record', ['phone']) }} as phone,
        {{ json_text('record', ['birthday']) }} as birthday_text,
        {{ json_text('record', ['gender']) }} as gender,
        {% for part in ['street', 'streetName', 'buildingNumber', 'city', 'zipcode', 'country', 'country_code'] -%}
        {{ json_text('record', ['address', part]) }} as address_{{ part | lower }},
        {% endfor -%}
        ({{ json_text('record', ['address', 'coordinates', 'latitude']) }})::numeric as latitude,
        ({{ json_text('record', ['address', 'coordinates', 'longitude']) }})::numeric as longitude,
        {{ json_text('record', ['website']) }} as website,
        to_timestamp(substring(_tfm_file from '([0-9]{8}T[0-9]{6})'), 'YYYYMMDD"T"HH24MISS')::timestamp as extracted_at,
        _tfm_file,
        _tfm_row
    from {{ source('raw', 'persons') }}

),

ranked as (

    select
        *,
        row_number() over (partition by id order by extracted_at desc, _tfm_file desc, _tfm_row desc) as recency
    from landed

)

select * from ranked where recency = 1
