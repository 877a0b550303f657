{{ config(materialized='table') }}
select city, count(*) as people from {{ ref('people_history') }} where valid_to is null group by city order by city
