{#- What the scrapes hold, with what landing could not read. -#}

{%- set columns = ['id', 'raw_price', 'living_area', 'city', 'country', 'property_type', 'scraped_at', 'url'] %}

{{ arrived_rows(source('raw', 'listings'), columns) }}
