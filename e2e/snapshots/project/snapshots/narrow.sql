{% snapshot narrow %}
{{ config(strategy='check', check_cols=['code']) }}
select id, code::varchar({{ 5 if var('step') | int < 4 else 12 }}) as code, id::{{ 'bigint' if var('step') | int < 3 else 'int' }} as big
from {{ source('raw', 'people') }} where id is not null
{% endsnapshot %}
