{% snapshot literal_schema %}
{{ config(strategy='timestamp', updated_at='updated_at', target_schema='archive', alias='Kept Names') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
