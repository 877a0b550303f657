{% snapshot ts_new_record %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes='new_record') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
