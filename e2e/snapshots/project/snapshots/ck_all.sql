{% snapshot ck_all %}
{{ config(strategy='check', check_cols='all', hard_deletes='invalidate') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
