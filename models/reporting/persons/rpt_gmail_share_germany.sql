select
    persons,
    gmail_users,
    round(gmail_users::numeric / nullif(persons, 0), 4) as gmail_share
from {{ ref('anl_mail_by_country') }}
where country = 'Germany'
