{% snapshot plan_history %}
{{ config(target_schema='snaps', unique_key='id', strategy='check', check_cols='all', tags=['nightly']) }}
select id from {{ ref('plans') }}
{% endsnapshot %}
