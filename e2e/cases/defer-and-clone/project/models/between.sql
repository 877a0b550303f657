{{ config(materialized='ephemeral') }} select * from {{ ref('plain') }}
