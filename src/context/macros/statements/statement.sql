{#- Runs the SQL of the call block and keeps its outcome for load_result(name). Nothing happens while parsing. -#}
{%- macro statement(name=None, fetch_result=False, auto_begin=True, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- if language != 'sql' -%}
      {%- do exceptions.raise_compiler_error('a statement is written in SQL, not in ' ~ language) -%}
    {%- endif -%}
    {%- if name == 'main' -%}{%- do write(code) -%}{%- endif -%}
    {%- set outcome = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- if name is not none -%}
      {%- do store_result(name, response=outcome[0], agate_table=outcome[1]) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{#- As statement, but nothing is sent: for materializations that do their work elsewhere. -#}
{%- macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
  {%- set sql = caller() -%}
  {%- if name == 'main' -%}{%- do write(sql) -%}{%- endif -%}
  {%- if name is not none -%}
    {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}

{#- The rows of a query as a table; none while parsing. -#}
{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
    {{ sql }}
  {%- endcall -%}
  {%- if execute -%}
    {{ return(load_result('run_query_statement').table) }}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}
