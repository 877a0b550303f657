{% snapshot ck_list %}
{{ config(strategy='check', check_cols=['city', 'name']) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
