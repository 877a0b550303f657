{#
  A relation with corrections laid over it: where a row of `corrections` has the same key, its values that are not null
  take the place of the relation's own. `key`: a column or a list of them, compared as text. Columns that only one of the
  two has are as they were, or passed over. Gives a subquery with an alias, to be written after `from`.
#}
{% macro corrected(relation, corrections, key) -%}
  {{ return(adapter.dispatch('corrected', 'dbt')(relation, corrections, key)) }}
{%- endmacro %}

{#- Corrections that have no row to correct: a key that was mistyped, or whose row is gone. On the seed of corrections. -#}
{% test corrections_match(model, to, key) %}
  {{ config(severity='warn') }}
  {%- set keys = [key] if key is string else key %}
select {% for column in keys %}fixes.{{ adapter.quote(column) }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }} as fixes
where not exists (
    select 1
    from {{ to }} as given
    where
    {%- for column in keys %}
      {{ 'and ' if not loop.first }}given.{{ adapter.quote(column) }}::text = fixes.{{ adapter.quote(column) }}::text
    {%- endfor %}
)
order by {% for column in keys %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
{% endtest %}

{% macro default__corrected(relation, corrections, key) -%}
  {%- set keys = [key] if key is string else key -%}
  {%- set fixes = [] -%}
  {%- for column in adapter.get_columns_in_relation(corrections) -%}
    {%- if column.name not in keys -%}{%- do fixes.append(column.name) -%}{%- endif -%}
  {%- endfor -%}
  (
    select
      {%- for column in adapter.get_columns_in_relation(relation) %}
      {%- set name = adapter.quote(column.name) %}
      {% if column.name in fixes -%}
      coalesce(fixes.{{ name }}::{{ column.data_type }}, given.{{ name }}) as {{ name }}
      {%- else -%}
      given.{{ name }}
      {%- endif -%}
      {{ ',' if not loop.last }}
      {%- endfor %}
    from {{ relation }} as given
    left join {{ corrections }} as fixes on
      {%- for column in keys %}
      {{ 'and ' if not loop.first }}given.{{ adapter.quote(column) }}::text = fixes.{{ adapter.quote(column) }}::text
      {%- endfor %}
  ) as corrected
{%- endmacro %}
