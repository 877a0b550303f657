{% snapshot ts_current %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes='invalidate', dbt_valid_to_current="to_date('9999-12-31', 'YYYY-MM-DD')") }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
