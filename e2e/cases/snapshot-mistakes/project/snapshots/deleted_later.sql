{% snapshot deleted_later %}
{{ config(strategy='timestamp', unique_key='id', updated_at='updated_at', hard_deletes=var('deletes', 'ignore')) }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
