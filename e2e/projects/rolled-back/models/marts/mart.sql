select n from {{ ref('stage') }}
