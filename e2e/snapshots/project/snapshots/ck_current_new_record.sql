{% snapshot ck_current_new_record %}
{{ config(strategy='check', check_cols='all', hard_deletes='new_record', dbt_valid_to_current="'9999-12-31'::timestamp") }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
