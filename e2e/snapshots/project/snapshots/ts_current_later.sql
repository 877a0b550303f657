{% snapshot ts_current_later %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes='invalidate', dbt_valid_to_current=(none if var('step') | int < 3 else "to_date('9999-12-31', 'YYYY-MM-DD')")) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
