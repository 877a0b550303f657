{% macro execute(sql) %}{% do run_query(sql) %}{% endmacro %}
