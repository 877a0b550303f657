{#- Rows are merged; without a key there is nothing to match, and they are added. -#}
{% macro snowflake__get_incremental_default_sql(arg_dict) %}
  {{ return(get_incremental_merge_sql(arg_dict)) }}
{% endmacro %}

{% macro snowflake__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- if unique_key -%}
{{ default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) }}
  {%- else -%}
{{ get_insert_into_sql(target, source, dest_columns) | trim }}
  {%- endif -%}
{%- endmacro %}

{#- What is there is replaced by the new rows, all of it: the table stays, with its grants and its history. -#}
{% macro snowflake__get_incremental_insert_overwrite_sql(arg_dict) %}
  {%- set names = config.get('overwrite_columns') -%}
  {%- set columns = names | join(', ') if names else get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
insert overwrite into {{ arg_dict['target_relation'] }} ({{ columns }})
select {{ columns }}
from {{ arg_dict['temp_relation'] }}
{% endmacro %}

{#- What lies in the batch's window goes, and the rows of the batch come: no key is needed. -#}
{% macro snowflake__get_incremental_microbatch_sql(arg_dict) %}
  {%- set conditions = [] + (arg_dict.get('incremental_predicates') or []) -%}
  {%- set from, to = config.get('__dbt_internal_microbatch_event_time_start'), config.get('__dbt_internal_microbatch_event_time_end') -%}
  {%- set field = config.get('event_time') -%}
  {%- if from -%}{%- do conditions.append('DBT_INTERNAL_TARGET.' ~ field ~ " >= to_timestamp_tz('" ~ from ~ "')") -%}{%- endif -%}
  {%- if to -%}{%- do conditions.append('DBT_INTERNAL_TARGET.' ~ field ~ " < to_timestamp_tz('" ~ to ~ "')") -%}{%- endif -%}
delete from {{ arg_dict['target_relation'] }} as DBT_INTERNAL_TARGET
where ({{ conditions | join(')\n    and (') }});
{{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) | trim }}
{% endmacro %}
