{{ config(meta={'owner': 'ann', 'level': 2, 'pii': true, 'readers': ['bob', 'eve']}) }}
select id, order_id from {{ source('bank', 'payments') }}
