{% snapshot key_expression %}
{{ config(strategy='timestamp', updated_at='updated_at', unique_key="id || '-' || code", hard_deletes='invalidate') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
