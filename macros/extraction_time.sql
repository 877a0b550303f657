{#- The time at which an API was asked, UTC, from a page's name: data/persons/20261101T060000_page_0001.json.gz -#}
{% macro extraction_time(file_name) %}
    {{- return(adapter.dispatch('extraction_time')(file_name)) -}}
{% endmacro %}

{% macro default__extraction_time(file_name) %}to_timestamp(substring({{ file_name }} from '([0-9]{8}T[0-9]{6})'), 'YYYYMMDD"T"HH24MISS')::timestamp{% endmacro %}

{% macro snowflake__extraction_time(file_name) %}to_timestamp_ntz(regexp_substr({{ file_name }}, '[0-9]{8}T[0-9]{6}'), 'YYYYMMDD"T"HH24MISS'){% endmacro %}

{#- The order by in which the record that is believed comes first: the latest extraction, and in it the last page. -#}
{% macro latest_extraction_first() %}extracted_at desc, {{ byte_order('_tfm_file') }} desc, _tfm_row desc{% endmacro %}
