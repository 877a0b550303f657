{% snapshot ck_all_new_record %}
{{ config(strategy='check', check_cols='all', hard_deletes='new_record') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
