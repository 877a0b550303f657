{{ config(tags=['nightly']) }}
select * from {{ ref('stg_payments') }}
