{{ config(tags=['nightly', 'strict'], severity='warn') }}
select 1 as x from {{ ref('orders') }} o join {{ ref('stg_payments') }} p on o.id = p.order_id where false
