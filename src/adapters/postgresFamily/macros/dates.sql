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

{#- Borders crossed, as dbt counts them: double precision for all parts but day and week, which are integers. Weeks
    begin on Sunday; backwards dbt counts one more where the weekdays are equal, and so does this. -#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
  {%- set first = '(' ~ first_date ~ ')::timestamp' -%}
  {%- set second = '(' ~ second_date ~ ')::timestamp' -%}
  {%- set first_day = '(' ~ first_date ~ ')::date' -%}
  {%- set second_day = '(' ~ second_date ~ ')::date' -%}
  {%- set seconds = {'hour': 3600, 'minute': 60, 'second': 1} -%}
  {%- set fractions = {'millisecond': 1000, 'microsecond': 1000000} -%}
  {%- if datepart == 'year' -%}
    (date_part('year', {{ second_day }}) - date_part('year', {{ first_day }}))
  {%- elif datepart == 'quarter' -%}
    ({{ datediff(first_date, second_date, 'year') }} * 4
      + date_part('quarter', {{ second_day }}) - date_part('quarter', {{ first_day }}))
  {%- elif datepart == 'month' -%}
    ({{ datediff(first_date, second_date, 'year') }} * 12
      + date_part('month', {{ second_day }}) - date_part('month', {{ first_day }}))
  {%- elif datepart == 'week' -%}
    (({{ second_day }} - {{ first_day }}) / 7
      + (date_part('dow', {{ first }}) > date_part('dow', {{ second }}))::int
      - ({{ first_date }} > {{ second_date }})::int)
  {%- elif datepart == 'day' -%}
    ({{ second_day }} - {{ first_day }})
  {%- elif datepart in seconds -%}
    ((date_part('epoch', date_trunc('{{ datepart }}', {{ second }}))
      - date_part('epoch', date_trunc('{{ datepart }}', {{ first }}))) / {{ seconds[datepart] }})
  {%- elif datepart in fractions -%}
    ({{ datediff(first_date, second_date, 'minute') }} * {{ fractions[datepart] * 60 }}
      + floor(date_part('{{ datepart }}', {{ second }})) - floor(date_part('{{ datepart }}', {{ first }})))
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
