{% snapshot ranks %}
{{ config(strategy='rank', unique_key='id', updated_at='seen') }}
select * from (values {{ var('rows') }}) as v (id, rank, seen{{ var('more', '') }})
{% endsnapshot %}
