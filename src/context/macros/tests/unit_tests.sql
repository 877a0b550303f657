{#- Rows of a unit test's input as a query. A column of the real relation that a row leaves out is a null of its type. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{% set quoted = {} -%}
{%- set types = column_name_to_data_types or {} -%}
{%- if not types -%}
  {%- set types = {} -%}
  {%- set stored = defer_relation if defer_relation and not load_relation(this) else this -%}
  {%- for column in adapter.get_columns_in_relation(stored) -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}
{%- endif -%}
{%- if not types -%}
  {%- do exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ this ~ " because the relation doesn't exist") -%}
{%- endif -%}
{{- validate_fixture_rows(rows, row_number) -}}
{%- set nulls = {} -%}
{%- for name, type in types.items() -%}
  {%- do nulls.update({name: safe_cast('null', type) | trim}) -%}
{%- endfor -%}
{%- for row in rows -%}
  {%- set values = dict(nulls, **format_row(row, types)) -%}
  {{- 'union all\n' if not loop.first -}}
  {{ tfm_select_list(values, quoted) }}
{% endfor -%}
{%- if not rows -%}
  {{ tfm_select_list(nulls, quoted) }}
limit 0
{%- endif -%}
{% endmacro %}

{#- The expected rows as a query; none at all are the actual ones without any. -#}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
{%- for row in rows -%}
  {{- 'union all\n' if not loop.first -}}
  {{ tfm_select_list(format_row(row, column_name_to_data_types), column_name_to_quoted) }}
{% else -%}
select * from dbt_internal_unit_test_actual
limit 0
{%- endfor -%}
{% endmacro %}

{%- macro tfm_select_list(values, quoted) -%}
select
{%- for name, value in values.items() %} {{ value }} as {{ quoted[name] if name in quoted else adapter.quote(name) }}
{%- if not loop.last %},{% endif -%}
{%- endfor -%}
{%- endmacro -%}

{#- One row as expressions of the columns' types, names in lower case. -#}
{%- macro format_row(row, column_name_to_data_types) -%}
  {%- set cells = {} -%}
  {%- for written, value in row.items() -%}
    {%- set name = written | lower -%}
    {%- if name not in column_name_to_data_types -%}
      {%- set place = 'expected output' if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" -%}
      {%- do exceptions.raise_compiler_error(
        "Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ place ~ "."
        ~ "\nAccepted columns for " ~ place ~ " are: " ~ (column_name_to_data_types.keys() | list)
      ) -%}
    {%- endif -%}
    {%- set type = column_name_to_data_types[name] -%}
    {%- if value is string -%}
      {#- varchar(2) would cut a longer text short without a word. -#}
      {%- set text_type = type.split('(')[0] if 'varying' in type else type -%}
      {%- do cells.update({name: safe_cast(dbt.string_literal(dbt.escape_single_quotes(value)), text_type)}) -%}
    {%- else -%}
      {%- do cells.update({name: safe_cast('null' if value is none else value, type)}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(cells) }}
{%- endmacro -%}

{#- For adapters that restrict what rows may hold. -#}
{%- macro validate_fixture_rows(rows, row_number) -%}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro -%}

{%- macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro -%}

{#- What the model makes of the given rows, and the expected rows, told apart by a column. -#}
{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {{ return(adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names)) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {%- set parts = [('actual', 'Build actual result given inputs', main_sql), ('expected', 'Build expected result', expected_fixture_sql)] -%}
  {%- for name, purpose, query in parts -%}
-- {{ purpose }}
{{ 'with ' if loop.first }}dbt_internal_unit_test_{{ name }} as (
  select
    {{ expected_column_names | join(', ') }}, {{ dbt.string_literal(name) }} as {{ adapter.quote('actual_or_expected') }}
  from (
    {{ query }}
  ) _dbt_internal_unit_test_{{ name }}
){{ ',' if not loop.last }}
{% endfor -%}
-- Union actual and expected results
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}

{#-
  The query of a unit test: `sql` is the model's over the given rows, `columns` are its columns. Compared are the columns
  of the first expected row, or all of them where a query is expected, or nothing.
-#}
{% macro tfm_unit_test_query(rows, expected_sql, columns) -%}
  {%- set types = {} -%}
  {%- set quoted = {} -%}
  {%- for column in columns -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}
  {%- set compared = [] -%}
  {%- for name in (rows[0].keys() if rows else quoted.keys()) -%}
    {%- do compared.append(quoted[name | lower]) -%}
  {%- endfor -%}
  {%- set expected = expected_sql if expected_sql else get_expected_sql(rows, types, quoted) -%}
  {{ return(get_unit_test_sql(sql, expected, compared)) }}
{%- endmacro %}
