{{ config(materialized='table') }}
select city, count(*) as people from {{ ref('people_history') }} where dbt_valid_to is null group by city
