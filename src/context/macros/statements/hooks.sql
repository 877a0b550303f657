{#- Hooks outside the transaction are preceded by a commit: some statements are only possible outside (`vacuum`). -#}
{% macro run_hooks(hooks, inside_transaction=True) %}
  {%- for hook in hooks if hook.get('transaction', true) == inside_transaction -%}
    {%- if not inside_transaction and loop.first -%}
      {%- call statement(auto_begin=inside_transaction) -%}
        commit;
      {%- endcall -%}
    {%- endif -%}
    {%- set rendered = render(hook.get('sql')) | trim -%}
    {%- if rendered | length > 0 -%}
      {%- call statement(auto_begin=inside_transaction) -%}
        {{ rendered }}
      {%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{#- A hook as the text that the project file would hold for it. -#}
{% macro make_hook_config(sql, inside_transaction) %}
  {{- tojson({'sql': sql, 'transaction': inside_transaction}) -}}
{% endmacro %}

{% macro before_begin(sql) %}
  {{- make_hook_config(sql, inside_transaction=False) -}}
{% endmacro %}

{% macro in_transaction(sql) %}
  {{- make_hook_config(sql, inside_transaction=True) -}}
{% endmacro %}

{% macro after_commit(sql) %}
  {{- make_hook_config(sql, inside_transaction=False) -}}
{% endmacro %}
