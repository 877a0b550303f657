{{ config(materialized='table') }} select 1 as id, {{ var('amount', 10) }} as amount
