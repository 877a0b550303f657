{% snapshot ts_legacy %}
{{ config(strategy='timestamp', updated_at='updated_at', invalidate_hard_deletes=true) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
