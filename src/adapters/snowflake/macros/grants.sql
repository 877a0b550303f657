{#- Grants survive where the config asks that they be copied. -#}
{% macro snowflake__copy_grants() %}
  {{ return(config.get('copy_grants', false)) }}
{% endmacro %}

{% macro snowflake__support_multiple_grantees_per_dcl_statement() %}
  {{ return(false) }}
{% endmacro %}

{% macro snowflake__get_show_grant_sql(relation) -%}
  show grants on {{ relation.render() }}
{%- endmacro %}

{% macro snowflake__get_grant_sql(relation, privilege, grantees) -%}
  grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro %}
