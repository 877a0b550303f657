{#- Functions of the database: created or replaced under their own name, in a transaction of their own, as in dbt. -#}
{% materialization function, default, supported_languages=['sql'] %}
  {%- set target_relation = this -%}
  {{ run_hooks(pre_hooks) }}
  {#- The kind and the language say which macro writes the statement; a project may add kinds. -#}
  {%- set find = adapter.dispatch -%}
  {%- set build_sql = find(config.get('type') ~ '_function_' ~ model.language, 'dbt')(target_relation) -%}
  {{ function_execute_build_sql(build_sql, none, target_relation) }}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro function_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {{ return(adapter.dispatch('function_execute_build_sql', 'dbt')(build_sql, existing_relation, target_relation)) }}
{% endmacro %}

{% macro default__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {%- call statement(name='main') -%}
    {{ build_sql }}
  {%- endcall -%}
  {%- set revoke = should_revoke(existing_relation, full_refresh_mode=True) -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=revoke) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}
{% endmacro %}

{% macro scalar_function_sql(target_relation) %}
  {{ return(adapter.dispatch('scalar_function_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__scalar_function_sql(target_relation) -%}
{{ scalar_function_create_replace_signature_sql(target_relation) | trim }}
{{ scalar_function_body_sql() | trim }};
{%- endmacro %}

{% macro scalar_function_create_replace_signature_sql(target_relation) %}
  {{ return(adapter.dispatch('scalar_function_create_replace_signature_sql', 'dbt')(target_relation)) }}
{% endmacro %}

{% macro default__scalar_function_create_replace_signature_sql(target_relation) -%}
{%- set volatility = scalar_function_volatility_sql() | trim -%}
CREATE OR REPLACE FUNCTION {{ target_relation.render() }} ({{ formatted_scalar_function_args_sql() | trim }})
RETURNS {{ model.returns.data_type }}
{{ volatility ~ '\n' if volatility }}AS
{%- endmacro %}

{% macro formatted_scalar_function_args_sql() %}
  {{ return(adapter.dispatch('formatted_scalar_function_args_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__formatted_scalar_function_args_sql() -%}
  {%- for arg in model.arguments -%}
    {{ arg.name }} {{ arg.data_type }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{% macro scalar_function_body_sql() %}
  {{ return(adapter.dispatch('scalar_function_body_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__scalar_function_body_sql() -%}
$$
{{ model.compiled_code }}
$$ LANGUAGE SQL
{%- endmacro %}

{#- Nothing where it is not set: the database has a default of its own. -#}
{% macro scalar_function_volatility_sql() %}
  {{ return(adapter.dispatch('scalar_function_volatility_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__scalar_function_volatility_sql() -%}
  {%- set words = {'deterministic': 'IMMUTABLE', 'stable': 'STABLE', 'non-deterministic': 'VOLATILE'} -%}
  {%- set volatility = model.config.get('volatility') -%}
  {%- if volatility in words -%}
    {{ words[volatility] }}
  {%- elif volatility is not none -%}
    {%- do unsupported_volatility_warning(volatility) -%}
  {%- endif -%}
{%- endmacro %}

{% macro unsupported_volatility_warning(volatility) %}
  {{ return(adapter.dispatch('unsupported_volatility_warning', 'dbt')(volatility)) }}
{% endmacro %}

{% macro default__unsupported_volatility_warning(volatility) -%}
  {%- do exceptions.warn('the volatility `' ~ volatility ~ '` of the function ' ~ model.name ~ ' is not one that '
      ~ adapter.type() ~ ' knows, so it is ignored') -%}
{%- endmacro %}
