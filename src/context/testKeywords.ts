import type { TestMetadata } from "../core/node.ts";
import { fromPlain, PyDict, type Scope, type Value } from "../jinja/jinja.ts";
import type { ContextScope } from "./contextScope.ts";

/** Text that dbt renders although it has no braces: a lone call. */
const CALL = /^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$/;

/**
 * `_dbt_generic_test_kwargs`: the arguments of a generic test, each text in them rendered with the test's own names.
 * `column_name` is left as it is written, so that a column called `1` stays text.
 */
export function testKeywords(metadata: TestMetadata): ReadonlyMap<string, (scope: ContextScope) => Value> {
	return new Map([
		[
			"_dbt_generic_test_kwargs",
			(scope: ContextScope) => {
				const dict = new PyDict();
				for (const [key, value] of Object.entries(metadata.kwargs))
					dict.set(key, key === "column_name" ? fromPlain(value) : renderDeep(value, key, scope));
				return dict;
			},
		],
	]);
}

function renderDeep(value: unknown, path: string, scope: ContextScope): Value {
	if (typeof value === "string") return renderText(value, path, scope, scope);
	if (Array.isArray(value)) return value.map((item, i) => renderDeep(item, `${path}[${i}]`, scope));
	if (typeof value !== "object" || value === null) return fromPlain(value);
	const dict = new PyDict();
	for (const [key, item] of Object.entries(value)) dict.set(key, renderDeep(item, `${path}.${key}`, scope));
	return dict;
}

function renderText(value: string, path: string, scope: Scope, { context }: ContextScope): Value {
	const text = CALL.test(value) ? `{{ ${value} }}` : value;
	if (!text.includes("{")) return text;
	const template = context.facts.templates.of({ file: `${context.label} (${path})`, text });
	return template.renderNative(scope, context.rendering);
}
