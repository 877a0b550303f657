{#- A call block whose body is sent to the database; load_result(name) has what came back. -#}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
    {%- if execute -%}
        {%- set compiled_code = caller() -%}
        {%- set answer = adapter.execute(compiled_code, auto_begin=auto_begin, fetch=fetch_result) -%}
        {%- if name is not none -%}
            {{ store_result(name, response=answer[0], agate_table=answer[1]) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) -%}
    {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
        {{ sql }}
    {%- endcall -%}
    {{ return(load_result('run_query_statement').table) }}
{%- endmacro %}
