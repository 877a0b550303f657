{{ config(materialized='ephemeral') }}
select id from {{ ref('balance') }} join {{ ref('plan_history') }} using (id)
