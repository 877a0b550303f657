{% snapshot new_record_later %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes=('ignore' if var('step') | int < 3 else 'new_record')) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
