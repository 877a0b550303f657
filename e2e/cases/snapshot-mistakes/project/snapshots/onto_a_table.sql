{% snapshot onto_a_table %}
{{ config(strategy='timestamp', unique_key='id', updated_at='updated_at') }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
