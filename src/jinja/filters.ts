/** All filters and tests by name, and the filters that apply another one by its name. */

import { fail } from "../core/diagnostic.ts";
import { suggestName } from "../core/suggestName.ts";
import { pathGetter } from "./attributePath.ts";
import type { Builtin } from "./builtin.ts";
import { makeTests } from "./builtinTests.ts";
import { PyGenerator } from "./collections.ts";
import { truthy } from "./equality.ts";
import { iterate } from "./iteration.ts";
import type { RenderState } from "./renderState.ts";
import { sequenceFilters } from "./sequenceFilters.ts";
import { toText } from "./text.ts";
import { textFilters } from "./textFilters.ts";
import { urlize } from "./urlize.ts";
import { valueFilters } from "./valueFilters.ts";
import { type Arguments, NO_KEYWORDS, type Value } from "./values.ts";

type Mapper = (item: Value) => Value;

/** `map(attribute=…)` or `map('filter', …)`. */
const map: Builtin<Value> = (value, args, state) => {
	const mapper =
		args.positional.length === 0 && args.keyword.has("attribute")
			? attributeMapper(args, state)
			: filterMapper(args, state);
	return lazily(value, function* (items) {
		for (const item of items) yield mapper(item);
	});
};

/** Jinja does not even look at a false value: it gives an empty sequence. */
const lazily = (value: Value, run: (items: Iterable<Value>) => Iterable<Value>): Value =>
	new PyGenerator(
		(function* () {
			if (truthy(value)) yield* run(iterate(value));
		})(),
	);

function attributeMapper({ keyword }: Arguments, state: RenderState): Mapper {
	for (const name of keyword.keys())
		if (name !== "attribute" && name !== "default")
			fail("TFM-JINJA-018", { problem: `Unexpected keyword argument '${name}'` });
	return pathGetter(keyword.get("attribute"), state, keyword.has("default") ? keyword.get("default") : null);
}

function filterMapper({ positional, keyword }: Arguments, state: RenderState): Mapper {
	if (positional.length === 0) return fail("TFM-JINJA-018", { problem: "map requires a filter argument" });
	const [name, ...rest] = positional;
	const apply = filterNamed(toText(name));
	return (item) => apply(item, { positional: rest, keyword }, state);
}

/** select, reject and their attr forms. */
function selection(name: string, byAttribute: boolean, keeps: boolean): [string, Builtin<Value>] {
	return [
		name,
		(value, args, state) => {
			if (byAttribute && args.positional.length === 0)
				fail("TFM-JINJA-018", { problem: "Missing parameter for attribute name" });
			const get = byAttribute ? pathGetter(args.positional[0], state) : (item: Value) => item;
			const holds = predicate(args.positional.slice(byAttribute ? 1 : 0), args.keyword, state);
			return lazily(value, function* (items) {
				for (const item of items) if (holds(get(item)) === keeps) yield item;
			});
		},
	];
}

function predicate(
	given: readonly Value[],
	keyword: Arguments["keyword"],
	state: RenderState,
): (item: Value) => boolean {
	if (given.length === 0) return truthy;
	const [name, ...rest] = given;
	const test = testNamed(toText(name));
	return (item) => truthy(test(item, { positional: rest, keyword: keyword.size === 0 ? NO_KEYWORDS : keyword }, state));
}

export const filters: ReadonlyMap<string, Builtin<Value>> = new Map<string, Builtin<Value>>([
	...textFilters,
	...sequenceFilters,
	...valueFilters,
	["urlize", urlize],
	["map", map],
	selection("select", false, true),
	selection("reject", false, false),
	selection("selectattr", true, true),
	selection("rejectattr", true, false),
]);

export const tests: ReadonlyMap<string, Builtin<Value>> = makeTests(new Set(filters.keys()));

/** Errors: 004. */
export function filterNamed(name: string): Builtin<Value> {
	return filters.get(name) ?? fail("TFM-JINJA-004", { name, suggestion: suggestName(name, filters.keys()) });
}

/** Errors: 005. */
export function testNamed(name: string): Builtin<Value> {
	return tests.get(name) ?? fail("TFM-JINJA-005", { name, suggestion: suggestName(name, tests.keys()) });
}
