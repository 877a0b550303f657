{#- What a test reads: the relation itself, or the part of it that the test's `where` names. -#}
{% macro get_where_subquery(relation) -%}
  {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_where_subquery(relation) -%}
  {%- set where = config.get('where', '') -%}
  {%- if not where -%}
    {{ return(relation) }}
  {%- endif -%}
  {%- set filtered -%}
    (select * from {{ relation }} where {{ where }}) dbt_subquery
  {%- endset -%}
  {{ return(filtered) }}
{%- endmacro %}

{#- One row that says how many failures there are and whether that is too many. -#}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
  {{ adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
    {{ fail_calc }} as failures,
    {{ fail_calc }} {{ warn_if }} as should_warn,
    {{ fail_calc }} {{ error_if }} as should_error
from (
    {{ main_sql }}
    {{ 'limit ' ~ limit if limit is not none }}
) dbt_internal_test
{%- endmacro %}

{#- `store_failures_as` wins over `store_failures`, and that over the command line. -#}
{% macro should_store_failures() %}
  {%- set store_as = config.get('store_failures_as') -%}
  {%- set store = config.get('store_failures') -%}
  {%- if store_as is not none -%}
    {{ return(store_as != 'ephemeral') }}
  {%- endif -%}
  {{ return(flags.STORE_FAILURES if store is none else store) }}
{% endmacro %}
