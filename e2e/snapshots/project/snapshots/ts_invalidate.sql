{% snapshot ts_invalidate %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes='invalidate') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
