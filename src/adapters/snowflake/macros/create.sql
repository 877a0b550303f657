{#- A table out of a query, atomically in place of what stands under its name. Transient unless the config says otherwise
    (dbt-snowflake's default): without Fail-safe, with a day of Time Travel at most. New rows on their way into a table
    (`tfm_d_…`) are what dbt has a temporary relation for: checked, without what the table itself is configured to have. -#}
{% macro snowflake__create_table_as(temporary, relation, compiled_code) -%}
  {%- set plain = temporary or ((relation.identifier or '') | lower).startswith('tfm_d_') -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set transient = config.get('transient') -%}
  {%- set kind = 'temporary ' if temporary else ('transient ' if plain or transient is none or transient else '') -%}
  {%- set cluster_by = none if plain else tfm_snowflake_list(config.get('cluster_by')) -%}
  {%- do tfm_snowflake_refuse_iceberg() -%}
  {%- if header is not none %}
{{ header }}
  {%- endif %}
  {%- if contract.enforced %}{{ get_assert_columns_equivalent(compiled_code) }}{% endif %}
create or replace {{ kind }}table {{ relation }}
  {%- if contract.enforced and not plain %} {{ get_table_columns_and_constraints() | trim }}{% endif %}
  {%- if cluster_by %}
cluster by ({{ cluster_by }})
  {%- endif %}
  {%- if not plain %}{{ tfm_snowflake_relation_options() }}{% endif %}
as (
  {%- if contract.enforced %}
{{ get_select_subquery(compiled_code) | trim }}
  {%- elif cluster_by %}
select * from (
{{ compiled_code }}
) order by {{ cluster_by }}
  {%- else %}
{{ compiled_code }}
  {%- endif %}
);
  {%- if cluster_by and config.get('automatic_clustering', false) %}
alter table {{ relation }} resume recluster;
  {%- endif %}
{%- endmacro %}

{#- `a` or `[a, b]` as it stands in SQL; none where nothing is configured. -#}
{% macro tfm_snowflake_list(value) -%}
  {%- if not value -%}{{ return(none) }}{%- endif -%}
  {{ return(value if value is string else value | join(', ')) }}
{%- endmacro %}

{#- What a table and a view have in common between their columns and their query. Policies and tags by name, as written. -#}
{% macro tfm_snowflake_relation_options() -%}
  {%- if config.get('copy_grants', false) %}
copy grants
  {%- endif %}
  {%- if config.get('copy_tags', false) %}
copy tags
  {%- endif %}
  {%- if config.get('row_access_policy') %}
with row access policy {{ config.get('row_access_policy') }}
  {%- endif %}
  {%- if config.get('table_tag') %}
with tag ({{ config.get('table_tag') }})
  {%- endif %}
{%- endmacro %}

{#- An Iceberg table needs a volume and a catalog, which a shadow schema does not share. -#}
{% macro tfm_snowflake_refuse_iceberg() -%}
  {%- if (config.get('table_format') or '') | lower == 'iceberg' -%}
    {%- do exceptions.raise_not_implemented('table_format: iceberg is not written for Snowflake here: leave it out, or bring a materialization of your own') -%}
  {%- endif -%}
{%- endmacro %}

{% macro snowflake__create_view_as(relation, compiled_code) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- if header is not none %}
{{ header }}
  {%- endif %}
  {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(compiled_code) }}{% endif %}
create or replace {{ 'temporary ' if relation.identifier.endswith('__dbt_tmp') }}{{ 'secure ' if config.get('secure', false) }}view {{ relation }}
  {{- tfm_snowflake_view_columns(compiled_code) }}
  {%- if not relation.identifier.endswith('__dbt_tmp') %}{{ tfm_snowflake_relation_options() }}{% endif %}
as (
{{ compiled_code }}
);
{%- endmacro %}

{#- Comments on a view's columns can only be given with the view, so its columns are listed where they are asked for. -#}
{% macro tfm_snowflake_view_columns(compiled_code) -%}
  {%- if config.persist_column_docs() and model.columns -%}
    {%- set described = {} -%}
    {%- for name, column in model.columns.items() -%}
      {%- do described.update({name if column['quote'] else name | upper: column['description']}) -%}
    {%- endfor %} (
    {%- for name in get_columns_in_query(compiled_code) %}
    {{ adapter.quote(name) }}{{ ' comment ' ~ tfm_snowflake_text(described[name]) if described.get(name) }}{{ ',' if not loop.last }}
    {%- endfor %}
)
  {%- endif -%}
{%- endmacro %}

{#- Constraints are told and not enforced there, `not null` aside. -#}
{% macro snowflake__get_create_index_sql(relation, index_dict) -%}
  {{ return(none) }}
{%- endmacro %}

{% macro snowflake__create_schema(relation) -%}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier() }}
  {%- endcall -%}
{%- endmacro %}
