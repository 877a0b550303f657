{% snapshot composite_ts %}
{{ config(strategy='timestamp', updated_at='updated_at', unique_key=['a', 'b'], hard_deletes='invalidate') }}
select * from {{ source('raw', 'parts') }}
{% endsnapshot %}
