{#- The body is an expression; names of arguments are quoted unless `snowflake: {quote_args: false}`. -#}
{% macro snowflake__formatted_scalar_function_args_sql() -%}
  {%- set quoted = (model.config.get('snowflake') or {}).get('quote_args', true) -%}
  {%- for arg in model.arguments -%}
    {%- set default = arg.get('default_value', none) -%}
    {{ adapter.quote(arg.name) if quoted else arg.name }} {{ arg.data_type }}{{ ' DEFAULT ' ~ default if default is not none }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{% macro snowflake__scalar_function_body_sql() -%}
$$
{{ model.compiled_code }}
$$
{%- endmacro %}

{#- A stable function is not known there: within one query nothing changes. -#}
{% macro snowflake__scalar_function_volatility_sql() -%}
  {%- set words = {'deterministic': 'IMMUTABLE', 'non-deterministic': 'VOLATILE'} -%}
  {%- set volatility = model.config.get('volatility') -%}
  {%- if volatility in words -%}
    {{ words[volatility] }}
  {%- elif volatility is not none -%}
    {%- do unsupported_volatility_warning(volatility) -%}
  {%- endif -%}
{%- endmacro %}
