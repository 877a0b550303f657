{#-
    For the drug of the variable `drug`: the others that its journals mention in articles, and that none of them mentions
    in a clinical trial. Its journals are those that mention it in an article.

        tfm run --select rpt_related_drugs --vars 'drug: ETHANOL'
-#}

{%- set given = dbt.string_literal(dbt.escape_single_quotes(var('drug') | upper)) %}

with its_journals as (

    select distinct journal
    from {{ ref('anl_drug_journals') }}
    where drug = {{ given }} and articles > 0

),

others as (

    select
        drug,
        count(distinct case when articles > 0 then journal end) as journals,
        sum(articles) as articles,
        sum(trials) as trials
    from {{ ref('anl_drug_journals') }}
    where drug <> {{ given }} and journal in (select journal from its_journals)
    group by drug

)

select
    {{ given }} as given_drug,
    drug,
    journals,
    articles
from others
where articles > 0 and trials = 0
