{% snapshot switched %}
{{ config(strategy=('check' if var('step') | int < 3 else 'timestamp'), check_cols=(['city'] if var('step') | int < 3 else none), updated_at=('updated_at' if var('step') | int >= 3 else none)) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
