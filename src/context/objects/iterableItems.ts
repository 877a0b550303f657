import { fail } from "../../core/diagnostic.ts";
import { iterate, isIterable as iterates, type Value } from "../../jinja/jinja.ts";

/** Jinja iterates an undefined name as nothing. Here undefined is mostly an argument that was left out: a mistake. */
export const isIterable = (value: Value): boolean => value !== undefined && iterates(value);

/** What a Python `for` would go through, as a new list. Errors: JINJA-012 for other values. */
export function iterableItems(value: Value): Value[] {
	if (value === undefined) fail("TFM-JINJA-012", { problem: "'Undefined' object is not iterable" });
	return [...iterate(value)];
}
