{{ config(materialized='table') }}
select {{ var('sibling', 1) }} as id
