{#-
    Whether a text holds another as a whole word, in any case: before and after it there is no letter, digit or
    underscore. `tetracycline-resistant` mentions tetracycline, `tetracyclines` does not. The word may hold anything, as
    `insulin (human)` does, so what a regular expression reads as its own is escaped. Letters are said as ranges (Latin,
    Greek, Cyrillic), since what a class like [:alnum:] holds depends on the database's locale.
-#}
{% macro contains_word(text, word) %}
    {{- return(adapter.dispatch('contains_word')(text, word)) -}}
{% endmacro %}

{% macro default__contains_word(text, word) %}
    {%- set letter = 'A-Za-z0-9_\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F\\u0370-\\u03FF\\u0400-\\u04FF' -%}
    {#- Most pairs have nothing in common, and looking for a text is much cheaper than matching a pattern. -#}
    (
        position(lower({{ word }}) in lower({{ text }})) > 0
        and {{ text }} ~* ('(^|[^{{ letter }}])' || regexp_replace({{ word }}, '([].*+?^$|(){}[\\])', '\\\1', 'g') || '($|[^{{ letter }}])')
    )
{%- endmacro %}

{#- Its regular expressions know no \u: the letters themselves stand in the ranges. -#}
{% macro snowflake__contains_word(text, word) %}
    {%- set letter = 'A-Za-z0-9_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0370-\u03FF\u0400-\u04FF' -%}
    (
        contains(lower({{ text }}), lower({{ word }}))
        and regexp_instr({{ text }}, '(^|[^{{ letter }}])' || regexp_replace({{ word }}, '([].*+?^$|(){}[\\\\])', '\\\\\\1') || '($|[^{{ letter }}])', 1, 1, 0, 'i') > 0
    )
{%- endmacro %}
