{% snapshot ck_column_added %}
{{ config(strategy='check', check_cols=(['city'] if var('step') | int < 3 else ['city', 'email'])) }}
select * from {{ source('raw', 'people') }}
{% endsnapshot %}
