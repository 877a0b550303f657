select
    persons,
    gmail_users,
    cast(round(gmail_users::numeric / nullif(persons, 0), 4) as numeric(6, 4)) as gmail_share
from {{ ref('anl_mail_by_country') }}
where country = 'Germany'
