{#- What dbt-snowflake's materializations call around their work, and projects replace: the tag that the statements of a
    node carry in the account's history. The one that was there before comes back. -#}
{% macro set_query_tag() -%}
  {{ return(adapter.dispatch('set_query_tag', 'dbt')()) }}
{%- endmacro %}

{% macro snowflake__set_query_tag() -%}
  {%- set tag = config.get('query_tag') -%}
  {%- if not tag -%}{{ return(none) }}{%- endif -%}
  {%- set before = get_current_query_tag() -%}
  {%- do run_query('alter session set query_tag = ' ~ tfm_snowflake_text(tag)) -%}
  {{ return(before) }}
{%- endmacro %}

{% macro unset_query_tag(original_query_tag) -%}
  {{ return(adapter.dispatch('unset_query_tag', 'dbt')(original_query_tag)) }}
{%- endmacro %}

{% macro snowflake__unset_query_tag(original_query_tag) -%}
  {%- if config.get('query_tag') -%}
    {%- if original_query_tag -%}
      {%- do run_query('alter session set query_tag = ' ~ tfm_snowflake_text(original_query_tag)) -%}
    {%- else -%}
      {%- do run_query('alter session unset query_tag') -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro get_current_query_tag() -%}
  {{ return(run_query("show parameters like 'query_tag' in session").rows[0]['value']) }}
{%- endmacro %}

{#- For materializations of a project's own. -#}
{% macro snowflake_dml_explicit_transaction(dml) -%}
begin;
{{ dml }};
commit;
{%- endmacro %}
