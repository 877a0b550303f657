{{ config(tags=['hourly']) }}
select id, order_id from {{ source('shop', 'items') }}
