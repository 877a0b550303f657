{% snapshot composite_ck %}
{{ config(strategy='check', check_cols=['qty'], unique_key=['a', 'b'], hard_deletes='new_record') }}
select * from {{ source('raw', 'parts') }}
{% endsnapshot %}
