{{ config(pre_hook='select 1', contract={'enforced': false}) }}
select id from {{ ref('revenue') }} union all select id from {{ ref('orders', v=1) }}
