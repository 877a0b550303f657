{% macro constraints() %}
  {% for row in run_query("select conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid) as line from pg_constraint where contype <> 'n' and conrelid in (select oid from pg_class where relname in ('customers', 'orders')) order by 1") %}
    {% do print(row.line) %}
  {% endfor %}
{% endmacro %}
