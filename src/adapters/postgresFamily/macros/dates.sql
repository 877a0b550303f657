{% macro postgres__current_timestamp() -%}
  now()
{%- endmacro %}

{% macro postgres__snapshot_get_time() -%}
  {{ current_timestamp() }}::timestamp without time zone
{%- endmacro %}

{% macro postgres__snapshot_string_as_time(timestamp) -%}
  {{ return("'" ~ timestamp ~ "'::timestamp without time zone") }}
{%- endmacro %}

{% macro postgres__current_timestamp_backcompat() -%}
  current_timestamp::{{ type_timestamp() }}
{%- endmacro %}

{% macro postgres__current_timestamp_in_utc_backcompat() -%}
  (current_timestamp at time zone 'utc')::{{ type_timestamp() }}
{%- endmacro %}

{% macro postgres__dateadd(datepart, interval, from_date_or_timestamp) -%}
  {{ from_date_or_timestamp }} + ((interval '1 {{ datepart }}') * ({{ interval }}))
{%- endmacro %}

{#- Borders crossed, each part counted from the coarser one before it; the same SQL as dbt's, whose numbers and types
    projects rely on (weeks begin on Sunday, and backwards dbt counts one more where the weekdays are equal). -#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- set coarser = {
      'quarter': ('year', 4), 'month': ('year', 12), 'hour': ('day', 24), 'minute': ('hour', 60), 'second': ('minute', 60),
      'millisecond': ('minute', 60000), 'microsecond': ('minute', 60000000)
  } -%}
  {%- set cast_to = 'date' if datepart in ['year', 'quarter', 'month', 'day'] else 'timestamp' -%}
  {%- set first = '(' ~ first_date ~ ')::' ~ cast_to -%}
  {%- set second = '(' ~ second_date ~ ')::' ~ cast_to -%}
  {%- if datepart == 'year' -%}
    (date_part('year', {{ second }}) - date_part('year', {{ first }}))
  {%- elif datepart == 'day' -%}
    ({{ second }} - {{ first }})
  {%- elif datepart == 'week' -%}
    ({{ datediff(first_date, second_date, 'day') }} / 7 + case
      when date_part('dow', {{ first }}) <= date_part('dow', {{ second }}) then
        case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
      else
        case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
    end)
  {%- elif datepart in coarser -%}
    {%- set whole, factor = coarser[datepart] -%}
    {%- set open, close = ('floor(', ')') if datepart in ['second', 'millisecond', 'microsecond'] else ('', '') -%}
    ({{ datediff(first_date, second_date, whole) }} * {{ factor }}
      + {{ open }}date_part('{{ datepart }}', {{ second }}){{ close }} - {{ open }}date_part('{{ datepart }}', {{ first }}){{ close }})
  {%- else -%}
    {%- do exceptions.raise_compiler_error('datediff does not know the part ' ~ datepart) -%}
  {%- endif -%}
{%- endmacro %}

{#- There is no interval of a quarter. -#}
{% macro postgres__last_day(date, datepart) -%}
  {%- if datepart == 'quarter' -%}
  cast({{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }} as date)
  {%- else -%}
  {{ dbt.default_last_day(date, datepart) }}
  {%- endif -%}
{%- endmacro %}
