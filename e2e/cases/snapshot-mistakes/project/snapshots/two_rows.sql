{% snapshot two_rows %}
{{ config(strategy='timestamp', unique_key='city', updated_at='updated_at') }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
