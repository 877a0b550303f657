{% snapshot ts_meta %}
{{ config(strategy='timestamp', updated_at='updated_at', hard_deletes='new_record', snapshot_meta_column_names={'dbt_valid_from': 'valid_from', 'dbt_valid_to': 'valid_to', 'dbt_scd_id': 'version_id', 'dbt_updated_at': 'as_of', 'dbt_is_deleted': 'gone'}) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
