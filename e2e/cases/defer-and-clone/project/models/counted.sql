{{ config(materialized='table', alias='totals') }} select count(*) as n from {{ ref('between') }}, {{ ref('codes') }}
