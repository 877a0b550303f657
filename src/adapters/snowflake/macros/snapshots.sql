{#- The copy shares the rows of the table until it is changed; a text column can only grow. -#}
{% macro snowflake__tfm_snapshot_copy(candidate_relation, target_relation, widened) -%}
create or replace {{ 'transient ' if config.get('transient', true) }}table {{ candidate_relation }} clone {{ target_relation }};
  {%- for column in widened %}
alter table {{ candidate_relation }} alter {{ adapter.quote(column.name) }} set data type {{ column.type }};
  {%- endfor %}
{%- endmacro %}
