{#-
    Every record of the scrapes, corrected where somebody has done so: what it tells of a listing, or the reason why it
    is rejected. The country says which mark is the decimal one, and what currency and unit a bare number has. In an
    abbreviated price, `1.2M` or `1,2 Mio.`, either mark is the decimal one.

    Prices are compared in their own currency: none of those known here is far enough from the others to matter for a
    range of 500 to 50,000 per m².
-#}

{%- set columns = ['id', 'raw_price', 'living_area', 'city', 'country', 'property_type', 'scraped_at', 'url'] %}
{%- set square_feet = ' ?(SQ[.]? ?FT[.]?|FT²|FT2)$' %}
{%- set square_metres = ' ?(M²|M2|QM|SQM)$' %}

with corrected as {{ computed_once() }} (

    {{ corrected_rows(ref('stg_listings__arrived'), ref('listings_corrections'), columns) }}

),

named as {{ computed_once() }} (

    select
        corrected.*,
        countries.country_code,
        countries.currency as country_currency,
        countries.decimal_mark as country_mark,
        countries.area_unit as country_unit,
        types.means as property_type,
        coalesce(cities.means, {{ capitalised_words('corrected.city_text') }}) as city,
        upper(corrected.raw_price_text) as price_text,
        upper(corrected.living_area_text) as area_text,
        {{ text_to_date('left(corrected.scraped_at_text, 10)') }} as scraped_on
    from corrected
    left join {{ ref('listing_countries') }} as countries on countries.name = lower(corrected.country_text)
    left join {{ ref('listing_words') }} as types on types.kind = 'type' and types.word = lower(corrected.property_type_text)
    left join {{ ref('listing_words') }} as cities on cities.kind = 'city' and cities.word = lower(corrected.city_text)

),

split as (

    select
        *,
        coalesce({{ currency_in('price_text') }}, country_currency) as currency,
        {{ without_pattern('price_text', currency_pattern()) }} as bare_price,
        case
            when {{ matches('area_text', square_feet) }} then 'sqft'
            when {{ matches('area_text', square_metres) }} then 'm2'
            else country_unit
        end as area_unit,
        {{ without_pattern('area_text', square_feet ~ '|' ~ square_metres) }} as area_number
    from named

),

scaled as {{ computed_once() }} (

    select
        *,
        case
            when {{ matches('bare_price', '[0-9] ?(M|MIO[.]?)$') }} then 1000000
            when {{ matches('bare_price', '[0-9] ?K$') }} then 1000
            else 1
        end as price_factor,
        {{ without_pattern('bare_price', ' ?(K|M|MIO[.]?)$|[.,]-+$') }} as price_number
    from split

),

marked as (

    select
        *,
        case
            when price_factor = 1 then country_mark
            when {{ matches('price_number', ',') }} then ','
            else '.'
        end as price_mark
    from scaled

),

typed as {{ computed_once() }} (

    select
        *,
        cast({{ parsed_number('price_number', 'price_mark') }} * price_factor as numeric(18, 2)) as price,
        cast({{ parsed_number('area_number', 'country_mark') }} * case when area_unit = 'sqft' then 0.09290304 else 1 end as numeric(18, 2)) as area_m2
    from marked

),

priced as (

    select
        *,
        cast(price / nullif(area_m2, 0) as numeric(18, 2)) as price_per_m2
    from typed

)

select
    record_key,
    case
        when landing_reason is not null and not is_corrected then 'could not be read: ' || landing_reason
        when id_text is null then 'there is no id'
        when scraped_on is null then 'the day is none: ' || coalesce(scraped_at_text, '')
        when city_text is null then 'there is no city'
        when country_code is null then 'the country is not known: ' || coalesce(country_text, '')
        when property_type is null then 'the type is not known: ' || coalesce(property_type_text, '')
        when raw_price_text is null then 'there is no price'
        when price is null then 'the price is none: ' || raw_price_text
        when living_area_text is null then 'there is no area'
        when area_m2 is null then 'the area is none: ' || living_area_text
        when area_m2 not between 10 and 1000 then 'the area is not between 10 and 1,000 m²: ' || living_area_text
        when price_per_m2 not between 500 and 50000 then 'the price per m² is not between 500 and 50,000: ' || raw_price_text || ' for ' || living_area_text
    end as reject_reason,
    is_corrected,
    id_text as id,
    scraped_on,
    city,
    country_code,
    property_type,
    price,
    currency,
    area_m2,
    price_per_m2,
    url_text as url,
    {% for column in columns -%}
    arrived_{{ column }},
    {% endfor -%}
    arrived_text,
    _tfm_file,
    _tfm_row
from priced
