{#- A dynamic table is kept up to date by the warehouse, as late as target_lag allows. It is made where it is missing,
    altered where its lag or warehouse changed, replaced where its query or its way to refresh did, and refreshed where
    the schedule is off. -#}
{% materialization dynamic_table, adapter='snowflake' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='dynamic_table') -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- set tag = set_query_tag() -%}
  {%- set build_sql = tfm_dynamic_table_build_sql(existing, target) -%}
  {%- if build_sql | trim -%}
    {%- call statement('main') -%}
      {{ build_sql }}
    {%- endcall -%}
  {%- else -%}
    {%- do store_raw_result(name='main', message='skip ' ~ target, code='skip', rows_affected='-1') -%}
  {%- endif -%}
  {%- do tfm_complete(target, existing, true) -%}
  {%- do unset_query_tag(tag) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- Empty where nothing is to be done. -#}
{% macro tfm_dynamic_table_build_sql(existing, target) -%}
  {%- if existing is none -%}
    {{ return(snowflake__get_create_dynamic_table_as_sql(target, sql)) }}
  {%- elif should_full_refresh() or not existing.is_dynamic_table -%}
    {%- set before = '' if existing.is_dynamic_table else get_drop_sql(existing) ~ ';\n' -%}
    {{ return(before ~ snowflake__get_create_dynamic_table_as_sql(target, sql)) }}
  {%- endif -%}
  {%- set changes = snowflake__dynamic_table_changes(existing) -%}
  {%- set on_change = config.get('on_configuration_change') or 'apply' -%}
  {%- if not changes -%}
    {{ return(snowflake__refresh_dynamic_table(target) if tfm_dynamic_table_scheduler() == 'DISABLE' else '') }}
  {%- elif on_change == 'continue' -%}
    {%- do exceptions.warn('the configuration of ' ~ target.render() ~ ' has changed, and on_configuration_change is continue') -%}
    {{ return('') }}
  {%- elif on_change == 'fail' -%}
    {%- do exceptions.raise_fail_fast_error('the configuration of ' ~ target.render() ~ ' has changed, and on_configuration_change is fail') -%}
  {%- elif on_change != 'apply' -%}
    {%- do exceptions.raise_compiler_error('on_configuration_change is apply, continue or fail, not ' ~ on_change) -%}
  {%- endif -%}
  {%- if changes.get('anew') -%}
    {{ return(snowflake__get_create_dynamic_table_as_sql(target, sql)) }}
  {%- endif -%}
  {{ return(snowflake__get_alter_dynamic_table_as_sql(target, changes)) }}
{%- endmacro %}

{% macro tfm_dynamic_table_warehouse() -%}
  {%- set name = config.get('snowflake_warehouse') or target.warehouse -%}
  {%- if not name -%}
    {%- do exceptions.raise_compiler_error('the dynamic table ' ~ model.name ~ ' needs snowflake_warehouse: the one that refreshes it') -%}
  {%- endif -%}
  {{ return(name) }}
{%- endmacro %}

{#- ENABLE unless the config says otherwise or gives no lag. -#}
{% macro tfm_dynamic_table_scheduler() -%}
  {%- set given = config.get('scheduler') -%}
  {{ return(given | upper if given else ('ENABLE' if config.get('target_lag') else 'DISABLE')) }}
{%- endmacro %}

{#- `scheduler` is written only where it is off: an account that does not know the word takes the rest. -#}
{% macro snowflake__get_create_dynamic_table_as_sql(relation, sql) -%}
  {%- set transient = config.get('transient') -%}
  {%- do tfm_snowflake_refuse_iceberg() -%}
create or replace {{ 'transient ' if transient }}dynamic table {{ relation }}
  {%- if config.get('target_lag') %}
target_lag = {{ tfm_dynamic_table_lag(config.get('target_lag')) }}
  {%- endif %}
warehouse = {{ tfm_dynamic_table_warehouse() }}
  {%- if config.get('snowflake_initialization_warehouse') %}
initialization_warehouse = {{ config.get('snowflake_initialization_warehouse') }}
  {%- endif %}
  {%- if tfm_dynamic_table_scheduler() == 'DISABLE' %}
scheduler = 'DISABLE'
  {%- endif %}
  {%- if config.get('refresh_mode') %}
refresh_mode = {{ config.get('refresh_mode') | upper }}
  {%- endif %}
  {%- if config.get('initialize') %}
initialize = {{ config.get('initialize') | upper }}
  {%- endif %}
  {%- if config.get('cluster_by') %}
cluster by ({{ tfm_snowflake_list(config.get('cluster_by')) }})
  {%- endif %}
  {{- tfm_snowflake_relation_options() }}
  {%- if config.get('immutable_where') %}
immutable where ({{ config.get('immutable_where') }})
  {%- endif %}
as (
{{ sql }}
)
{%- endmacro %}

{#- `downstream` is a word, everything else a text. -#}
{% macro tfm_dynamic_table_lag(lag) -%}
  {{ return('downstream' if lag | lower | trim == 'downstream' else tfm_snowflake_text(lag)) }}
{%- endmacro %}

{% macro snowflake__get_alter_dynamic_table_as_sql(relation, changes) -%}
alter dynamic table {{ relation }} set
  {%- for name in ['target_lag', 'warehouse', 'initialization_warehouse', 'scheduler'] if name in changes %}
    {{ name }} = {{ changes[name] }}
  {%- endfor %}
{%- endmacro %}

{% macro snowflake__refresh_dynamic_table(relation) -%}
alter dynamic table {{ relation }} refresh
{%- endmacro %}

{% macro snowflake__get_drop_dynamic_table_sql(relation) -%}
  drop dynamic table if exists {{ relation }}
{%- endmacro %}

{% macro snowflake__get_rename_dynamic_table_sql(relation, new_name) -%}
  alter dynamic table {{ relation }} rename to {{ tfm_snowflake_new_name(relation, new_name) }}
{%- endmacro %}

{% macro snowflake__describe_dynamic_table(relation) -%}
  {{ return(run_query("show dynamic tables like '" ~ relation.identifier ~ "' in schema " ~ relation.without_identifier())) }}
{%- endmacro %}

{#- What differs between the table and its config, as it is written in SQL; `anew`: only a new table can have it. -#}
{% macro snowflake__dynamic_table_changes(existing) -%}
  {%- set described = snowflake__describe_dynamic_table(existing) -%}
  {%- if not described.rows -%}{{ return({'anew': true}) }}{%- endif -%}
  {%- set row = {} -%}
  {%- for name in described.column_names -%}{%- do row.update({name | lower: described.rows[0][name]}) -%}{%- endfor -%}
  {%- set changes = {} -%}
  {%- set lag = config.get('target_lag') -%}
  {%- if lag and tfm_dynamic_table_seconds(row.get('target_lag')) != tfm_dynamic_table_seconds(lag) -%}
    {%- do changes.update({'target_lag': tfm_dynamic_table_lag(lag)}) -%}
  {%- endif -%}
  {%- if (row.get('warehouse') or '') | upper != tfm_dynamic_table_warehouse() | upper | replace('"', '') -%}
    {%- do changes.update({'warehouse': tfm_dynamic_table_warehouse()}) -%}
  {%- endif -%}
  {%- set mode = (config.get('refresh_mode') or 'AUTO') | upper -%}
  {%- set has_mode = (row.get('refresh_mode') or '') | upper -%}
  {%- if mode != 'AUTO' and has_mode and mode != has_mode -%}
    {%- do changes.update({'anew': true}) -%}
  {%- endif -%}
  {%- set text = (row.get('text') or '') | lower -%}
  {%- if text and (sql | lower).split() | join(' ') not in text.split() | join(' ') -%}
    {%- do changes.update({'anew': true}) -%}
  {%- endif -%}
  {{ return(changes) }}
{%- endmacro %}

{#- `1 hour` and `60 minutes` are one lag; what is not a number with a unit is compared as it stands. -#}
{% macro tfm_dynamic_table_seconds(lag) -%}
  {%- set words = (lag or '') | string | lower | trim -%}
  {%- set parts = words.split() -%}
  {%- set units = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400} -%}
  {%- set unit = parts[1].rstrip('s') if parts | length == 2 else '' -%}
  {{ return(parts[0] | int * units[unit] if unit in units else words) }}
{%- endmacro %}
