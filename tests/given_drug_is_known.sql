-- rpt_related_drugs is empty for a drug that no list has: say so.
{{ config(severity='warn') }}
-- depends_on: {{ ref('rpt_related_drugs') }}, so that a run of the report alone says it too

select known.drug
from (select upper({{ dbt.string_literal(dbt.escape_single_quotes(var('drug'))) }}) as drug) as known
left join {{ ref('stg_drugs') }} as drugs on drugs.drug = known.drug
where drugs.drug is null
