{#-
    Whether what was loaded at a time may still be kept: 30 days, as `retention:` of the landing tables says. Told by the
    clock of the run, so that all that a run reads is of the same age.
-#}
{% macro within_retention(loaded_at) %}
    {{- loaded_at }} >= cast('{{ (run_started_at - modules.datetime.timedelta(days=30)).strftime('%Y-%m-%d %H:%M:%S+00') }}' as {{ api.Column.translate_type('timestamp with time zone') }})
{%- endmacro %}
