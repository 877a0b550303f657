{# Prints tables as JSON, one a line: its columns with their types, and its rows as texts. #}
{% macro dump(tables) %}
  {% for table in tables %}
    {% set relation = api.Relation.create(schema=table[0], identifier=table[1]) %}
    {% set columns = run_query("select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '" ~ relation ~ "'::regclass and attnum > 0 and not attisdropped order by attnum").rows %}
    {% set texts = [] %}
    {% for column in columns %}{% do texts.append(adapter.quote(column[0]) ~ '::text') %}{% endfor %}
    {% set rows = run_query("select coalesce(json_agg(json_build_array(" ~ texts | join(', ') ~ ")), '[]')::text from " ~ relation).rows[0][0] %}
    {% do print('{"columns": ' ~ tojson(columns | map('list') | list) ~ ', "rows": ' ~ rows | replace('\n', ' ') ~ '}') %}
  {% endfor %}
{% endmacro %}
