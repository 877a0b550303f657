select * from {{ ref('rpt_gmail_share_germany') }} where gmail_share not between 0 and 1
