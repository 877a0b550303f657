{{ config(
    materialized='incremental',
    unique_key='id',
    on_schema_change='fail',
    post_hook="delete from {{ this }} where not {{ within_retention('_tfm_loaded_at') }}"
) }}
{#-
    One row per person, as the latest extraction has it: pages overlap, and later extractions repeat persons. Only pages
    that landed since the last run are read; a page of an older extraction that comes late changes nobody who is known
    better. Corrections and rejections come after this, so that they are right for persons of every age.
-#}

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
        ({{ json_text('record', ['address', 'coordinates', 'latitude']) }})::{{ decimal_type() }} as latitude,
        ({{ json_text('record', ['address', 'coordinates', 'longitude']) }})::{{ decimal_type() }} as longitude,
        {{ json_text('record', ['website']) }} as website,
        {{ extraction_time('_tfm_file') }} as extracted_at,
        _tfm_file,
        _tfm_row,
        _tfm_loaded_at
    from {{ source('raw', 'persons') }}
    {%- if is_incremental() %}
    where _tfm_loaded_at > coalesce((select max(_tfm_loaded_at) from {{ this }}), '1970-01-01 00:00:00+00')
    {%- endif %}

),

ranked as (

    select
        *,
        row_number() over (partition by id order by {{ latest_extraction_first() }}) as recency
    from landed

)

select
    id,
    first_name,
    last_name,
    email,
    phone,
    birthday_text,
    gender,
    address_street,
    address_streetname,
    address_buildingnumber,
    address_city,
    address_zipcode,
    address_country,
    address_country_code,
    latitude,
    longitude,
    website,
    extracted_at,
    _tfm_file,
    _tfm_row,
    _tfm_loaded_at
from ranked
where
    recency = 1
    {%- if is_incremental() %}
    and not exists (
        select 1
        from {{ this }} as known
        where
            known.id = ranked.id
            and (
                known.extracted_at > ranked.extracted_at
                or known.extracted_at = ranked.extracted_at
                and (
                    {{ byte_order('known._tfm_file') }} > {{ byte_order('ranked._tfm_file') }}
                    or known._tfm_file = ranked._tfm_file and known._tfm_row > ranked._tfm_row
                )
            )
    )
    {%- endif %}
