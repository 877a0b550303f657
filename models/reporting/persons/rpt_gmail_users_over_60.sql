select coalesce(sum(gmail_users_over_60), 0)::bigint as gmail_users_over_60
from {{ ref('anl_mail_by_country') }}
