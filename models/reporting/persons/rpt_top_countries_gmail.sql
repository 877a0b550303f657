{#- rank(), not row_number(): countries with equal counts share a place, and none is cut off by its name. -#}

with ranked as (

    select
        rank() over (order by gmail_users desc) as place,
        country,
        gmail_users
    from {{ ref('anl_mail_by_country') }}

)

select * from ranked where place <= 3
