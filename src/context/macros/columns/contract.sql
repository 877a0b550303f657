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
    {%- do exceptions.raise_contract_error([], []) -%}
  {%- endif -%}
  {%- set query_columns = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set contract_columns = format_columns(get_column_schema_from_query(get_empty_schema_sql(declared))) -%}
  {%- set wanted = {} -%}
  {%- for column in contract_columns -%}{%- do wanted.update({column['name']: column['formatted']}) -%}{%- endfor -%}
  {%- set broken = [] -%}
  {%- for column in query_columns if wanted.get(column['name']) != column['formatted'] -%}
    {%- do broken.append(column) -%}
  {%- endfor -%}
  {%- if broken or query_columns | length != contract_columns | length -%}
    {%- do exceptions.raise_contract_error(contract_columns, query_columns) -%}
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
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column | lower ~ ' ' ~ column.dtype}) }}
{%- endmacro %}

{#- A query without rows that has the contract's columns. -#}
{% macro get_empty_schema_sql(columns) -%}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}

{% macro default__get_empty_schema_sql(columns) -%}
  {%- set parts = [] -%}
  {%- set untyped = [] -%}
  {%- set unsized = [] -%}
  {%- for column in columns.values() -%}
    {%- if column['data_type'] is not defined -%}
      {%- do untyped.append(column['name']) -%}
    {%- elif column['data_type'] | lower | trim in ['numeric', 'decimal', 'number'] -%}
      {%- do unsized.append(column['name']) -%}
    {%- endif -%}
    {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
    {%- do parts.append(cast('null', column['data_type']) | trim ~ ' as ' ~ name) -%}
  {%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped) -%}
  {%- elif unsized -%}
    {%- do exceptions.warn('in the contract of ' ~ model.name ~ ': Detected columns with numeric type and unspecified precision/scale, this can lead to unintended rounding: ' ~ unsized) -%}
  {%- endif -%}
  {{ return('select ' ~ parts | join(', ')) }}
{%- endmacro %}
