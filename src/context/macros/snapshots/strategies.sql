{#- A strategy says what is a new version of a row. It answers a dict: unique_key, updated_at (when a version begins),
    row_changed (a condition over the two row sets that it is given), scd_id (a version's id) and hard_deletes. -#}

{#- The macro of a strategy by its name, `package.name` for one of a package. -#}
{% macro strategy_dispatch(name) -%}
  {%- set parts = name.split('.', 1) -%}
  {%- set macro_name = 'snapshot_' ~ parts[-1] ~ '_strategy' -%}
  {%- set place = context -%}
  {%- if parts | length > 1 -%}
    {%- if parts[0] not in context -%}
      {%- do exceptions.raise_compiler_error('the snapshot strategy ' ~ name ~ ' is of a package that does not exist') -%}
    {%- endif -%}
    {%- set place = context[parts[0]] -%}
  {%- endif -%}
  {%- if macro_name not in place -%}
    {%- do exceptions.raise_compiler_error('the snapshot strategy ' ~ name ~ ' needs a macro ' ~ macro_name) -%}
  {%- endif -%}
  {{ return(place[macro_name]) }}
{%- endmacro %}

{#- The id of a version: a hash of texts, where nothing counts as empty. -#}
{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
  {%- set texts = [] -%}
  {%- for arg in args -%}
    {%- do texts.append('coalesce(cast(' ~ arg ~ " as varchar), '')") -%}
  {%- endfor -%}
md5({{ texts | join(" || '|' || ") }})
{%- endmacro %}

{#- A version that began before the source's time is not the latest. The time the version began is asked, since a table
    that began under another strategy may have no such column of its own. -#}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') -%}
  {%- set names = get_snapshot_table_column_names() -%}
  {{ return(snapshot_strategy_answer(key, updated_at,
      '(' ~ snapshotted_rel ~ '.' ~ names.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')')) }}
{% endmacro %}

{#- A row whose watched columns differ, nulls counting as a value, is a new version; with a column that the table does not
    have yet every row is. -#}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set column_added, watched = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- set changes = [] -%}
  {%- for column in watched -%}
    {%- set was = snapshotted_rel ~ '.' ~ column -%}
    {%- set now = current_rel ~ '.' ~ column -%}
    {%- do changes.append(was ~ ' != ' ~ now ~ ' or (' ~ was ~ ' is null) != (' ~ now ~ ' is null)') -%}
  {%- endfor -%}
  {%- set changed = get_true_sql() if column_added or not changes else changes | join('\n      or ') -%}
  {{ return(snapshot_strategy_answer(key, updated_at, '(' ~ changed ~ ')')) }}
{% endmacro %}

{#- What both strategies have in common. -#}
{% macro snapshot_strategy_answer(key, updated_at, row_changed) %}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {{ return({
      'unique_key': key,
      'updated_at': updated_at,
      'row_changed': row_changed,
      'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
      'invalidate_hard_deletes': hard_deletes == 'invalidate',
      'hard_deletes': hard_deletes,
  }) }}
{% endmacro %}

{#- A pair: whether the query has a watched column that the table has not, and the watched columns, quoted, that both
    have. The query is asked, so that the names are spelled as the database has them. -#}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if check_cols_config == 'all' -%}
    {%- set watched = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config and check_cols_config is not string and check_cols_config is iterable -%}
    {%- set watched = get_columns_in_query(
        'select ' ~ check_cols_config | join(', ') ~ ' from (\n' ~ node['compiled_code'] ~ '\n) as watched') -%}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("check_cols is 'all' or a list of columns, not " ~ check_cols_config) -%}
  {%- endif -%}
  {%- if not target_exists -%}
    {{ return((false, watched)) }}
  {%- endif -%}
  {%- set table = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set there = adapter.get_columns_in_relation(table) | map(attribute='name') | list -%}
  {%- set both = [] -%}
  {%- for name in watched if name in there -%}
    {%- do both.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return((both | length < watched | length, both)) }}
{%- endmacro %}
