{#-
    Text with plain blanks, apostrophes and minus signs in place of the typographic ones that people paste, folded:
    the blank that does not break (U+00A0) and its narrow brother (U+202F), ’, − and the dashes – and —.
-#}
{% macro plain_text(expression) %}
    {{- folded_text("translate(" ~ expression ~ ", '\u00a0\u202f\u2019\u2212\u2013\u2014', '  ''---')") -}}
{% endmacro %}

{#-
    A number from text without its unit, `1.250,00`, `1'250.00`, `1 250,00` or `1250`. decimal_mark is an expression
    that gives ',' or '.'; the other one, a blank or an apostrophe stands between groups of three digits. Null where the
    text is written in another way: 1.25 is no number where the comma is the decimal mark.
-#}
{% macro parsed_number(expression, decimal_mark) %}
    case
        when {{ decimal_mark }} = ',' and {{ matches(expression, "^[+-]?([0-9]+|[0-9]{1,3}([. ''][0-9]{3})+)(,[0-9]+)?$") }}
            then cast(replace(translate({{ expression }}, '. ''', ''), ',', '.') as {{ dbt.type_numeric() }})
        when {{ decimal_mark }} = '.' and {{ matches(expression, "^[+-]?([0-9]+|[0-9]{1,3}([, ''][0-9]{3})+)([.][0-9]+)?$") }}
            then cast(translate({{ expression }}, ', ''', '') as {{ dbt.type_numeric() }})
    end
{%- endmacro %}

{#- The code of a currency written as a code in any case, a sign or a short name; any other text in upper case. -#}
{% macro currency_code(expression) %}
    case upper({{ expression }})
        when '€' then 'EUR'
        when 'EURO' then 'EUR'
        when '$' then 'USD'
        when '£' then 'GBP'
        when 'FR.' then 'CHF'
        when 'SFR.' then 'CHF'
        else upper({{ expression }})
    end
{%- endmacro %}

{#- The currencies that the warehouse knows, for an `in`. -#}
{% macro known_currencies() %}('EUR', 'CHF', 'USD', 'GBP'){% endmacro %}
