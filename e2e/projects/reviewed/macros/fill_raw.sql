{% macro fill_raw() %}
  {% do run_query("create schema raw") %}
  {% do run_query("create table raw.orders (id integer, customer text, country text, amount numeric(12,3), ordered_at timestamp)") %}
  {% do run_query("insert into raw.orders select n, 'customer ' || n % 4, case when n % 3 = 0 then 'AT' else 'DE' end, n + 0.005 * ((n + 2) % 3), timestamp '2026-11-01' + n * interval '7 hours' from generate_series(0, 20) n") %}
{% endmacro %}
