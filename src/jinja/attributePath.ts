/** The `attribute='a.b.0'` of Jinja's filters: a path of items, integers where a part is a number. */
import { itemOf } from "./lookup.ts";
import type { RenderState } from "./renderState.ts";
import type { Value } from "./values.ts";

export type Getter = (item: Value) => Value;

/** The value at a path; `otherwise`, unless None, stands in for what is undefined on the way. */
export function pathGetter(attribute: Value, state: RenderState, otherwise: Value = null): Getter {
	const parts = pathParts(attribute);
	return (item) => {
		let value = item;
		for (const part of parts) {
			value = itemOf(value, part, state);
			if (value === undefined && otherwise !== null) value = otherwise;
		}
		return value;
	};
}

/** Several paths, separated by commas, as a list of values: what sort compares. */
export function pathsGetter(attribute: Value, state: RenderState, finish: Getter): Getter {
	const paths = typeof attribute === "string" ? attribute.split(",") : [attribute];
	const getters = paths.map((path) => pathGetter(path, state));
	return (item) => getters.map((getter) => finish(getter(item)));
}

function pathParts(attribute: Value): Value[] {
	if (attribute === null) return [];
	if (typeof attribute !== "string") return [attribute];
	return attribute.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
