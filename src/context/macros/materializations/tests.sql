{#- A data test: the failing rows stored where that is asked for, and one row that judges them as statement "main". -#}
{% materialization test, default %}
  {%- set header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set rows_sql = get_limit_subquery_sql(sql, config.get('limit')) -%}
  {%- set relations = [] -%}
  {%- if should_store_failures() -%}
    {%- set store_as = config.get('store_failures_as') or 'table' -%}
    {%- if store_as not in ['table', 'view'] -%}
      {%- do exceptions.raise_compiler_error("store_failures_as is ephemeral, table or view, not '" ~ store_as ~ "'") -%}
    {%- endif -%}
    {%- set stored = api.Relation.create(
        database=database, schema=schema, identifier=model['alias'], type=store_as) -%}
    {%- do drop_relation_if_exists(load_cached_relation(stored)) -%}
    {%- call statement(auto_begin=True) -%}
      {{ header if header is not none }}
      {{ get_create_sql(stored, rows_sql) }}
    {%- endcall -%}
    {%- do relations.append(stored) -%}
    {%- set rows_sql = 'select * from ' ~ stored -%}
    {%- do adapter.commit() -%}
  {%- endif -%}
  {%- call statement('main', fetch_result=True) -%}
    {{ header if header is not none }}
    {{ get_test_sql(
        'select * from ' ~ relations[0] if relations else rows_sql,
        config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
  {%- endcall -%}
  {{ return({'relations': relations}) }}
{% endmaterialization %}
