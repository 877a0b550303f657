{#- What tfm asks for while it builds a snapshot, one step each. The parts that a project may replace are the macros with
    dbt's names, which these call. -#}

{#- The strategy's answer for the node that is built. -#}
{% macro tfm_snapshot_strategy(target_exists) %}
  {%- set strategy = strategy_dispatch(config.get('strategy')) -%}
  {{ return(strategy(model, 'snapshotted_data', 'source_data', model['config'], target_exists)) }}
{% endmacro %}

{% macro tfm_snapshot_first_query() %}
  {{ return(build_snapshot_table(tfm_snapshot_strategy(false), model['compiled_code'])) }}
{% endmacro %}

{#- Versions that end and that begin, compared with the table. -#}
{% macro tfm_snapshot_changes_query(target_relation) %}
  {%- set strategy = tfm_snapshot_strategy(true) -%}
  {%- do adapter.assert_valid_snapshot_target_given_strategy(
      target_relation, get_snapshot_table_column_names(), strategy) -%}
  {%- if model['config']['strategy'] in ['timestamp', 'check'] -%}{%- do strategy.update({'finds_duplicates': true}) -%}{%- endif -%}
  {{ return(snapshot_staging_table(strategy, model['compiled_code'], target_relation)) }}
{% endmacro %}

{#- How many versions begin and end, and a key that would begin two at once, with its number. -#}
{% macro tfm_snapshot_count(delta_relation, keys) -%}
with begun as (
    select {{ keys | join(', ') }}, count(*) as versions
    from {{ delta_relation }}
    where dbt_change_type = 'insert'
    group by {{ keys | join(', ') }}
),
twice as (
    select * from begun where versions > 1 and {{ keys | join(' is not null and ') }} is not null
)
select
    (select coalesce(sum(versions), 0) from begun) as inserted,
    (select count(*) from twice) as duplicates,
    {{ tfm_snapshot_sample(keys, 'twice') }}
{%- endmacro %}

{#- The same for the first run, where the key's expressions are asked of the new table. -#}
{% macro tfm_snapshot_first_count(relation, keys) -%}
with begun as (
    select {% for key in keys %}{{ key }} as key_{{ loop.index }}, {% endfor %}count(*) as versions
    from {{ relation }}
    group by {% for key in keys %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
    having count(*) > 1
),
twice as (
    select * from begun
    where {% for key in keys %}key_{{ loop.index }} is not null{{ ' and ' if not loop.last }}{% endfor %}
)
  {%- set names = [] -%}
  {%- for key in keys -%}{%- do names.append('key_' ~ loop.index) -%}{%- endfor %}
select count(*) as duplicates, {{ tfm_snapshot_sample(names, 'twice') }} from twice
{%- endmacro %}

{% macro tfm_snapshot_sample(keys, from) -%}
(select concat_ws(', ', {{ keys | join(', ') }}) from {{ from }} order by {{ keys | join(', ') }} limit 1) as first_keys
{%- endmacro %}

{#- What the snapshot will hold once the changes are in it. `columns`: name, type, and where it is: `old` in the table,
    `new` in the changes. -#}
{% macro tfm_snapshot_candidate(candidate_relation, target_relation, delta_relation, columns) -%}
  {%- set names = get_snapshot_table_column_names() -%}
  {#- The configured name stands bare in dbt's SQL, so case does not count. -#}
  {%- set valid_to = names.dbt_valid_to | replace('"', '') | lower -%}
create view {{ candidate_relation }} as
select
  {%- for column in columns %}
    {% if column.name | lower == valid_to -%}
    case when closed.dbt_closed then closed.dbt_closed_at else snapshotted.{{ adapter.quote(column.name) }} end as {{ adapter.quote(column.name) }}
    {%- elif column.old -%}
    snapshotted.{{ adapter.quote(column.name) }}
    {%- else -%}
    cast(null as {{ column.type }}) as {{ adapter.quote(column.name) }}
    {%- endif %}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ target_relation }} as snapshotted
left join (
    select cast({{ names.dbt_scd_id }} as text) as dbt_closed_id, max({{ names.dbt_valid_to }}) as dbt_closed_at, true as dbt_closed
    from {{ delta_relation }}
    where dbt_change_type in ('update', 'delete')
    group by 1
) as closed
    on closed.dbt_closed_id = cast(snapshotted.{{ names.dbt_scd_id }} as text)
    and {{ snapshot_is_current('snapshotted.' ~ names.dbt_valid_to) }}
union all
select
  {%- for column in columns %}
    {{ adapter.quote(column.name) if column.new
        else 'cast(null as ' ~ column.type ~ ') as ' ~ adapter.quote(column.name) }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ delta_relation }}
where dbt_change_type = 'insert'
{%- endmacro %}

{#- Where the change cannot be foretold by a view (the project writes the merge itself), it is made on a copy. -#}
{% macro tfm_snapshot_copy(candidate_relation, target_relation, widened) -%}
  {{ return(adapter.dispatch('tfm_snapshot_copy', 'dbt')(candidate_relation, target_relation, widened)) }}
{%- endmacro %}

{% macro default__tfm_snapshot_copy(candidate_relation, target_relation, widened) -%}
create table {{ candidate_relation }} as (
    select * from {{ target_relation }}
);
  {%- for column in widened %}
alter table {{ candidate_relation }} alter column {{ adapter.quote(column.name) }} type {{ column.type }};
  {%- endfor %}
{%- endmacro %}

{#- On the copy, where new columns are made by the project's own macro if it has one. -#}
{% macro tfm_snapshot_new_columns(candidate_relation, delta_relation, names) %}
  {%- set wanted = [] -%}
  {%- for column in adapter.get_missing_columns(delta_relation, candidate_relation) if column.name in names -%}
    {%- do wanted.append(column) -%}
  {%- endfor -%}
  {%- do create_columns(candidate_relation, wanted) -%}
{% endmacro %}
