{#- The schema of a node. `custom_schema_name` is the node's `schema` config or its layer's schema. -#}
{% macro generate_schema_name(custom_schema_name=none, node=none) -%}
  {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}
{%- endmacro %}

{#- `schema_naming` of the project decides: prefix (dbt's way), exact, or exact in the target called prod. -#}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
  {%- set exact = flags.SCHEMA_NAMING == 'exact'
      or (flags.SCHEMA_NAMING == 'exact_in_prod' and target.name == 'prod') -%}
  {%- if custom_schema_name is none -%}
    {{ target.schema }}
  {%- elif exact -%}
    {{ custom_schema_name | trim }}
  {%- else -%}
    {{ target.schema }}_{{ custom_schema_name | trim }}
  {%- endif -%}
{%- endmacro %}

{#- dbt's alternative for projects that call it from their own generate_schema_name. -#}
{% macro generate_schema_name_for_env(custom_schema_name, node) -%}
  {%- if target.name == 'prod' and custom_schema_name is not none -%}
    {{ custom_schema_name | trim }}
  {%- else -%}
    {{ target.schema }}
  {%- endif -%}
{%- endmacro %}
