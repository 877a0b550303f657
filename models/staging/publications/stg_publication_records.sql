{#-
    Every record that arrived, and what became of it: the publication it tells of, or the reason why it is rejected.

    An id that stands for two titles or dates belongs to the one that came first. A record without id belongs to the
    publication of its kind with the same title and date; where there are two of those nobody can say which, so it is
    rejected; where there is none it is a publication without id, known by its title and date.
-#}

with corrected as (

    select
        arrived.*,
        corrections.record_key is not null as is_corrected,
        {% for column in ['id', 'title', 'date', 'journal'] -%}
        case when corrections.record_key is null then arrived.arrived_{{ column }} else corrections.{{ column }} end as {{ column }}_text{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('stg_publications__arrived') }} as arrived
    left join {{ ref('publications_corrections') }} as corrections on corrections.record_key = arrived.record_key

),

cleaned as (

    select
        *,
        {{ folded_text('id_text') }} as own_id,
        {{ folded_text('title_text') }} as title,
        {{ iso_day(folded_text('date_text')) }} as day,
        {{ folded_text(without_broken_escapes('journal_text')) }} as journal
    from corrected

),

dated as (

    select
        *,
        {{ text_to_date('day') }} as published_on
    from cleaned

),

readable as (

    select
        *,
        case
            when landing_reason is not null and not is_corrected then 'could not be read: ' || landing_reason
            when title is null then 'the title is blank'
            when day is null then 'there is no date'
            when published_on is null then 'the date is none: ' || date_text
        end as unreadable
    from dated

),

by_id as (

    select
        *,
        first_value(title) over (partition by kind, own_id, unreadable order by {{ byte_order('_tfm_file') }}, _tfm_row) as title_of_id,
        first_value(published_on) over (partition by kind, own_id, unreadable order by {{ byte_order('_tfm_file') }}, _tfm_row) as day_of_id
    from readable

),

without_impostors as (

    select
        *,
        coalesce(
            unreadable,
            case
                when own_id is not null and (title <> title_of_id or published_on <> day_of_id)
                    then 'the id ' || own_id || ' belongs to another title or date'
            end
        ) as unfit
    from by_id

),

by_title as (

    select
        *,
        min(own_id) over (partition by kind, title, published_on, unfit) as lowest_id,
        max(own_id) over (partition by kind, title, published_on, unfit) as highest_id
    from without_impostors

),

judged as (

    select
        *,
        coalesce(
            unfit,
            case
                when own_id is null and lowest_id <> highest_id
                    then 'it has no id, and more than one ' || kind || ' has its title and date'
            end
        ) as reject_reason,
        coalesce(own_id, lowest_id) as id
    from by_title

)

select
    record_key,
    kind,
    case
        when reject_reason is null
            then kind || ':' || coalesce(id, {{ dbt.hash("title || '|' || day") }})
    end as publication_key,
    reject_reason,
    is_corrected,
    case when reject_reason is null then id end as id,
    title,
    published_on,
    journal,
    arrived_in,
    arrived_id,
    arrived_title,
    arrived_date,
    arrived_journal,
    arrived_text,
    _tfm_file,
    _tfm_row
from judged
