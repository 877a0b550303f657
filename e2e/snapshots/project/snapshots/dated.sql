{% snapshot dated %}
{{ config(strategy='timestamp', updated_at='changed_on', hard_deletes='invalidate', schema='calendar') }}
select id, name, updated_at::date as changed_on from {{ source('raw', 'people') }}
{% endsnapshot %}
