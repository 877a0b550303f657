{% snapshot later_two_rows %}
{{ config(strategy='check', unique_key=['id', 'name'], check_cols=['city']) }}
select * from {{ source("raw", "people") }}
{% endsnapshot %}
