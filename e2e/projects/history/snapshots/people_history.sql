{% snapshot people_history %}
{{ config(
    strategy='timestamp', unique_key='id', updated_at='updated_at',
    pre_hook='create table if not exists dev.snapshot_log (rows bigint)',
    post_hook='insert into dev.snapshot_log select count(*) from {{ this }}',
    snapshot_meta_column_names={'dbt_valid_to': 'VALID_TO'},
) }}
select * from {{ ref('people') }}
{% endsnapshot %}
