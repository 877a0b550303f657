{# A strategy of the project's own: rows of one key give way to the newest, which is told by its text. #}
{% macro get_incremental_newest_sql(arg_dict) %}
delete from {{ arg_dict['target_relation'] }} where {{ arg_dict['unique_key'] }} in (select {{ arg_dict['unique_key'] }} from {{ arg_dict['temp_relation'] }});
insert into {{ arg_dict['target_relation'] }} ({{ arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') }})
select id, v || ' (newest)' from {{ arg_dict['temp_relation'] }};
{% endmacro %}
