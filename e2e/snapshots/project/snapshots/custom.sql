{% snapshot custom %}
{{ config(strategy='loud', updated_at='updated_at') }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
