{% snapshot ck_updated_at %}
{{ config(strategy='check', check_cols=['city'], updated_at='updated_at', hard_deletes='invalidate') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
