{% macro snowflake__alter_relation_comment(relation, relation_comment) -%}
  {%- set kind = 'dynamic table' if relation.is_dynamic_table else relation.type -%}
  comment on {{ kind }} {{ relation.render() }} is {{ tfm_snowflake_text(relation_comment) }};
{%- endmacro %}

{#- Those of a view came with it (create_view_as). Columns that are described but do not exist are let be. -#}
{% macro snowflake__alter_column_comment(relation, column_dict) -%}
  {%- if not relation.is_view -%}
  {%- set existing = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do existing.update({column.name: column.name, column.name | upper: column.name}) -%}
  {%- endfor -%}
  {%- set parts = [] -%}
  {%- for name in column_dict if column_dict[name]['description'] -%}
    {%- set there = existing.get(name if column_dict[name]['quote'] else name | upper) -%}
    {%- if there -%}
      {%- do parts.append(adapter.quote(there) ~ ' comment ' ~ tfm_snowflake_text(column_dict[name]['description'])) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if parts -%}
alter {{ 'dynamic table' if relation.is_dynamic_table else 'table' }} {{ relation.render() }} alter
    {{ parts | join(',\n    ') }};
  {%- endif -%}
  {%- endif -%}
{%- endmacro %}
