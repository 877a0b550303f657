{% snapshot ts %}
{{ config(strategy='timestamp', updated_at='updated_at') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
