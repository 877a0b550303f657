{#- The built-in materializations as templates, with dbt's names and steps. tfm builds its nodes by plans of its own; these
    run where a project's materialization calls them (`{{ return(dbt.materialization_table_default()) }}`). -#}
{% materialization view, default %}
  {{ return(tfm_build_and_swap('view')) }}
{% endmaterialization %}

{% materialization table, default, supported_languages=['sql', 'python'] %}
  {{ return(tfm_build_and_swap('table')) }}
{% endmaterialization %}

{#- Built beside what stands, which keeps its name until both are renamed, and is dropped after the commit. -#}
{% macro tfm_build_and_swap(type) %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type=type) -%}
  {%- set intermediate = make_intermediate_relation(target) -%}
  {%- set backup = make_backup_relation(target, existing.type if existing is not none else type) -%}
  {%- do drop_relation_if_exists(load_cached_relation(intermediate)) -%}
  {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(intermediate, sql) if type == 'view' else get_create_table_as_sql(False, intermediate, sql) }}
  {%- endcall -%}
  {%- if type == 'table' -%}{%- do create_indexes(intermediate) -%}{%- endif -%}
  {%- if existing is not none -%}{%- do adapter.rename_relation(existing, backup) -%}{%- endif -%}
  {%- do adapter.rename_relation(intermediate, target) -%}
  {%- do tfm_complete(target, existing, true) -%}
  {%- if existing is not none -%}{%- do drop_relation_if_exists(backup) -%}{%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target]}) }}
{% endmacro %}

{#- What every materialization does once its relation stands: grants, comments, hooks, and the commit. -#}
{% macro tfm_complete(target, existing, full_refresh) %}
  {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh)) -%}
  {%- do persist_docs(target, model) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}
{% endmacro %}

{% materialization incremental, default, supported_languages=['sql', 'python'] %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}
  {%- set refresh = should_full_refresh() or (existing is not none and existing.is_view) -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, strategy) -%}
  {%- if existing is none or refresh -%}
    {{ return(tfm_build_and_swap('table')) }}
  {%- endif -%}

  {%- set temp = make_temp_relation(target) -%}
  {%- set on_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- do run_query(get_create_table_as_sql(True, temp, sql)) -%}
  {%- if not (config.get('contract') or {}).get('enforced') -%}
    {%- do adapter.expand_target_column_types(from_relation=temp, to_relation=target) -%}
  {%- endif -%}
  {%- set columns = process_schema_changes(on_change, temp, existing) or adapter.get_columns_in_relation(existing) -%}
  {%- call statement('main') -%}
    {{ strategy_sql({
        'target_relation': target,
        'temp_relation': temp,
        'unique_key': config.get('unique_key'),
        'dest_columns': columns,
        'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
    }) }}
  {%- endcall -%}
  {%- do tfm_complete(target, existing, false) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization materialized_view, default %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='materialized_view') -%}
  {%- set intermediate = make_intermediate_relation(target) -%}
  {%- set backup = make_backup_relation(target, existing.type if existing is not none else 'materialized_view') -%}
  {%- do materialized_view_setup(backup, intermediate, pre_hooks) -%}
  {%- set build_sql = materialized_view_get_build_sql(existing, target, backup, intermediate) -%}
  {%- if build_sql | trim -%}
    {%- do materialized_view_execute_build_sql(build_sql, existing, target, post_hooks) -%}
  {%- else -%}
    {%- do materialized_view_execute_no_op(target) -%}
  {%- endif -%}
  {%- do materialized_view_teardown(backup, intermediate, post_hooks) -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro materialized_view_setup(backup_relation, intermediate_relation, pre_hooks) %}
  {%- do drop_relation_if_exists(load_cached_relation(backup_relation)) -%}
  {%- do drop_relation_if_exists(load_cached_relation(intermediate_relation)) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
{% endmacro %}

{% macro materialized_view_teardown(backup_relation, intermediate_relation, post_hooks) %}
  {%- do drop_relation_if_exists(load_cached_relation(backup_relation)) -%}
  {%- do drop_relation_if_exists(load_cached_relation(intermediate_relation)) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
{% endmacro %}

{#- Created, replaced, altered or refreshed; empty where nothing is to be done. -#}
{% macro materialized_view_get_build_sql(existing_relation, target_relation, backup_relation, intermediate_relation) %}
  {%- if existing_relation is none -%}
    {{ return(get_create_materialized_view_as_sql(target_relation, sql)) }}
  {%- elif should_full_refresh() or not existing_relation.is_materialized_view -%}
    {{ return(get_replace_sql(existing_relation, target_relation, sql)) }}
  {%- endif -%}
  {%- set changes = get_materialized_view_configuration_changes(existing_relation, config) -%}
  {%- set on_change = config.get('on_configuration_change') or 'apply' -%}
  {%- if changes is none -%}
    {{ return(refresh_materialized_view(target_relation)) }}
  {%- elif on_change == 'apply' -%}
    {{ return(get_alter_materialized_view_as_sql(
        target_relation, changes, sql, existing_relation, backup_relation, intermediate_relation)) }}
  {%- elif on_change == 'continue' -%}
    {%- do exceptions.warn('the configuration of ' ~ target_relation.render() ~ ' has changed, and on_configuration_change is continue') -%}
    {{ return('') }}
  {%- elif on_change == 'fail' -%}
    {%- do exceptions.raise_fail_fast_error('the configuration of ' ~ target_relation.render() ~ ' has changed, and on_configuration_change is fail') -%}
  {%- endif -%}
  {%- do exceptions.raise_compiler_error('on_configuration_change is apply, continue or fail, not ' ~ on_change) -%}
{% endmacro %}

{% macro materialized_view_execute_no_op(target_relation) %}
  {%- do store_raw_result(name='main', message='skip ' ~ target_relation, code='skip', rows_affected='-1') -%}
{% endmacro %}

{% macro materialized_view_execute_build_sql(build_sql, existing_relation, target_relation, post_hooks) %}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- call statement('main') -%}
    {{ build_sql }}
  {%- endcall -%}
  {%- do tfm_complete(target_relation, existing_relation, true) -%}
{% endmacro %}
