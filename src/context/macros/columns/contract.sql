{#- The columns of a model's contract as the head of a `create table`. -#}
{%- macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro -%}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() %}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=model['columns'])
      + adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
(
    {{ parts | join(',\n    ') }}
)
{% endmacro %}

{#- Stops the model when its query and its contract differ in a column's name, type or in their number. -#}
{%- macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro -%}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) %}
  {%- set declared = model['columns'] -%}
  {%- if not declared -%}
    {%- do exceptions.raise_compiler_error('the contract of ' ~ model['name'] ~ ' is enforced, but it declares no columns') -%}
  {%- endif -%}
  {%- set query_columns = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set contract_columns = format_columns(get_column_schema_from_query(get_empty_schema_sql(declared))) -%}
  {%- set problems = [] -%}
  {%- for column in contract_columns -%}
    {%- set found = query_columns | selectattr('key', 'equalto', column['key']) | list -%}
    {%- if not found -%}
      {%- do problems.append(column['name'] ~ ' is missing from the query') -%}
    {%- elif found[0]['formatted'] != column['formatted'] -%}
      {%- do problems.append(column['name'] ~ ' is ' ~ found[0]['data_type'] ~ ' in the query and '
          ~ column['data_type'] ~ ' in the contract') -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set declared_keys = contract_columns | map(attribute='key') | list -%}
  {%- for column in query_columns if column['key'] not in declared_keys -%}
    {%- do problems.append(column['name'] ~ ' is missing from the contract') -%}
  {%- endfor -%}
  {%- if problems -%}
    {%- do exceptions.raise_compiler_error('the query of ' ~ model['name'] ~ ' does not keep its contract: '
        ~ problems | join('; ')) -%}
  {%- endif -%}
{% endmacro %}

{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {%- set key = column.column | lower -%}
  {{ return({'name': column.name, 'key': key, 'data_type': column.dtype, 'formatted': key ~ ' ' ~ column.dtype}) }}
{%- endmacro %}

{#- A query without rows that has the contract's columns. -#}
{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}

{% macro default__get_empty_schema_sql(columns) -%}
  {%- set parts = [] -%}
  {%- set untyped = [] -%}
  {%- for column in columns.values() -%}
    {%- if not column['data_type'] -%}{%- do untyped.append(column['name']) -%}{%- endif -%}
    {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
    {%- do parts.append(cast('null', column['data_type']) | trim ~ ' as ' ~ name) -%}
  {%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped | join(', ')) -%}
  {%- endif -%}
  {{ return('select ' ~ parts | join(', ')) }}
{%- endmacro %}
