{% snapshot misfit %}
{{ config(strategy='check', unique_key='id', check_cols=['name']) }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
