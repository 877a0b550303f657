{#- A comment as a literal that its text cannot end. -#}
{% macro postgres_escape_comment(comment) -%}
  {%- if comment is not string -%}
    {%- do exceptions.raise_compiler_error('a comment must be text, not ' ~ comment) -%}
  {%- endif -%}
  {%- set tag = '$dbt_comment_literal_block$' -%}
  {%- if tag in comment -%}
    {%- do exceptions.raise_compiler_error('a comment must not hold the text ' ~ tag) -%}
  {%- endif -%}
  {{ tag }}{{ comment }}{{ tag }}
{%- endmacro %}

{% macro postgres__alter_relation_comment(relation, comment) -%}
  comment on {{ relation.type | replace('_', ' ') }} {{ relation }} is {{ postgres_escape_comment(comment) }};
{%- endmacro %}

{#- Columns that are described but do not exist are let be. -#}
{% macro postgres__alter_column_comment(relation, column_dict) %}
  {%- set existing = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
  {%- for name in column_dict if name | lower in existing and column_dict[name]['description'] %}
  {%- set written = adapter.quote(name) if column_dict[name]['quote'] else name %}
comment on column {{ relation }}.{{ written }} is {{ postgres_escape_comment(column_dict[name]['description']) }};
  {%- endfor -%}
{% endmacro %}
