{% snapshot unknown_strategy %}
{{ config(strategy='timestmap', unique_key='id', updated_at='updated_at') }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
