{#- Text without blanks around it and with single ones inside; null when nothing is left. -#}
{% macro folded_text(expression) %}
    {{- return(adapter.dispatch('folded_text')(expression)) -}}
{% endmacro %}

{% macro default__folded_text(expression) %}nullif(trim(regexp_replace({{ expression }}, '[ \t\r\n]+', ' ', 'g')), ''){% endmacro %}

{% macro snowflake__folded_text(expression) %}nullif(trim(regexp_replace({{ expression }}, '[ \t\r\n]+', ' ')), ''){% endmacro %}

{#- Text without the broken escapes it ends in: `Journal of food protection\xc3\x28`, the characters as they stand. -#}
{% macro without_broken_escapes(expression) %}
    {{- return(adapter.dispatch('without_broken_escapes')(expression)) -}}
{% endmacro %}

{% macro default__without_broken_escapes(expression) %}regexp_replace({{ expression }}, '([\\]x[0-9A-Fa-f]{2})+[ ]*$', ''){% endmacro %}

{#- A string literal takes one more backslash away there. -#}
{% macro snowflake__without_broken_escapes(expression) %}regexp_replace({{ expression }}, '([\\\\]x[0-9A-Fa-f]{2})+[ ]*$', ''){% endmacro %}

{#- Text to sort by, byte for byte: the same order in every database, whatever its collation. -#}
{% macro byte_order(expression) %}
    {{- return(adapter.dispatch('byte_order')(expression)) -}}
{% endmacro %}

{% macro default__byte_order(expression) %}{{ expression }} collate "C"{% endmacro %}

{% macro snowflake__byte_order(expression) %}collate({{ expression }}, ''){% endmacro %}

{#- Text with each of its words beginning with a capital; a word ends at anything that is no letter and no digit. -#}
{% macro capitalised_words(expression) %}
    {{- return(adapter.dispatch('capitalised_words')(expression)) -}}
{% endmacro %}

{% macro default__capitalised_words(expression) %}initcap({{ expression }}){% endmacro %}

{#- By itself it takes an apostrophe for a part of the word. -#}
{% macro snowflake__capitalised_words(expression) %}initcap({{ expression }}, ' \t\r\n!?@"^#$&~_,.:;+-*%/|\\[](){}<>''`=’'){% endmacro %}
