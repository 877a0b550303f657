{% macro snowflake__bool_or(expression) -%}
  boolor_agg({{ expression }})
{%- endmacro %}

{#- An array there holds values of any type. -#}
{% macro snowflake__array_construct(inputs, data_type) -%}
  array_construct({{ inputs | join(', ') }})
{%- endmacro %}

{#- right() of nothing gives the whole text there. -#}
{% macro snowflake__right(string_text, length_expression) -%}
  case when {{ length_expression }} = 0 then '' else right({{ string_text }}, {{ length_expression }}) end
{%- endmacro %}

{#- A backslash begins an escape in every text constant, so it is written twice; dbt leaves it, and `a\b` loses it. -#}
{% macro snowflake__escape_single_quotes(expression) -%}
  {{ expression | replace('\\', '\\\\') | replace("'", "\\'") }}
{%- endmacro %}

{% macro snowflake__cast(field, type) -%}
  {%- if type | lower | trim in ['geography', 'geometry'] -%}
  to_{{ type | lower | trim }}({{ field }})
  {%- else -%}
  cast({{ field }} as {{ type }})
  {%- endif -%}
{%- endmacro %}

{#- try_cast reads texts, so a value that is none of them here (a number, true) is written as one; a variant takes anything. -#}
{% macro snowflake__safe_cast(field, type) -%}
  {%- set wanted = type | lower | trim -%}
  {%- if wanted in ['geography', 'geometry'] -%}
  try_to_{{ wanted }}({{ field }})
  {%- elif wanted == 'variant' and field is string and field[:2] in ["'[", "'{"] -%}
  {#- A document in a unit test's rows is meant as one; as a text in a VARIANT it would equal none. -#}
  coalesce(try_parse_json({{ field }}), cast({{ field }} as {{ type }}))
  {%- elif wanted == 'variant' -%}
  cast({{ field }} as {{ type }})
  {%- elif wanted in ['array', 'object'] -%}
  {#- No text can be cast to these; a unit test's rows have them as JSON. -#}
  cast(try_parse_json({{ field if field is string else tfm_snowflake_text(field) | trim }}) as {{ type }})
  {%- else -%}
  try_cast({{ field if field is string else tfm_snowflake_text(field) | trim }} as {{ type }})
  {%- endif -%}
{%- endmacro %}

{#- A text constant that its value cannot end. -#}
{% macro tfm_snowflake_text(value) -%}
  '{{ value | string | replace('\\', '\\\\') | replace("'", "''") }}'
{%- endmacro %}
