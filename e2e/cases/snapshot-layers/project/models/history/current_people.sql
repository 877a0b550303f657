{{ config(materialized='table') }}
select id, city from {{ ref('people_history') }} where dbt_valid_to is null
