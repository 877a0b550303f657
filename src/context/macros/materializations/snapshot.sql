{#- The first run makes a table of today's versions; later ones end what has changed and begin what is new. -#}
{% materialization snapshot, default %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}
  {%- set first = existing is none -%}
  {%- if not first and not existing.is_table -%}
    {%- do exceptions.relation_wrong_type(existing, 'table') -%}
  {%- endif -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- set strategy = strategy_dispatch(config.get('strategy'))(
      model, 'snapshotted_data', 'source_data', model['config'], not first) -%}
  {%- if first -%}
    {%- call statement('main') -%}
      {{ create_table_as(False, target, build_snapshot_table(strategy, model['compiled_code'])) }}
    {%- endcall -%}
    {%- do create_indexes(target) -%}
  {%- else -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(
        target, get_snapshot_table_column_names(), strategy) -%}
    {%- set staging = build_snapshot_staging_table(strategy, sql, target) -%}
    {%- do adapter.expand_target_column_types(from_relation=staging, to_relation=target) -%}
    {%- set own = ['dbt_change_type', 'DBT_CHANGE_TYPE', 'dbt_unique_key', 'DBT_UNIQUE_KEY'] -%}
    {%- if strategy.unique_key is not string -%}
      {%- for key in strategy.unique_key -%}
        {%- do own.extend(['dbt_unique_key_' ~ loop.index, 'DBT_UNIQUE_KEY_' ~ loop.index]) -%}
      {%- endfor -%}
    {%- endif -%}
    {%- do create_columns(target, adapter.get_missing_columns(staging, target) | rejectattr('name', 'in', own) | list) -%}
    {%- set insert_columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging) | rejectattr('name', 'in', own) -%}
      {%- do insert_columns.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- call statement('main') -%}
      {{ snapshot_merge_sql(target=target, source=staging, insert_cols=insert_columns) }}
    {%- endcall -%}
  {%- endif -%}
  {%- do tfm_complete(target, existing, false) -%}
  {%- if staging is defined -%}{%- do post_snapshot(staging) -%}{%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
