{#- A timestamp with the session's zone, as Snowflake's current_timestamp() gives it, without its zone in UTC. -#}
{% macro snowflake__current_timestamp() -%}
  convert_timezone('UTC', current_timestamp())
{%- endmacro %}
