{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge', access='private') }}
select p.id from {{ ref('stg_payments') }} p join {{ ref('stg_rates') }} r on true
