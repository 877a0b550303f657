import { fail } from "../../core/diagnostic.ts";
import { HostObject, PyDict, typeName, type Value } from "../../jinja/jinja.ts";

/** True where Python's iter() would accept the value. */
export const isIterable = (value: Value): boolean =>
	typeof value === "string" ||
	Array.isArray(value) ||
	value instanceof PyDict ||
	(value instanceof HostObject && value.iterate !== undefined);

/** What a Python `for` would go through: items, keys of a dict, characters. Errors: JINJA-012 for other values. */
export function iterableItems(value: Value): Value[] {
	if (Array.isArray(value)) return [...value];
	if (typeof value === "string") return [...value];
	if (value instanceof PyDict) return value.keys();
	if (value instanceof HostObject && value.iterate !== undefined) return [...value.iterate()];
	return fail("TFM-JINJA-012", { problem: `'${typeName(value)}' object is not iterable` });
}
