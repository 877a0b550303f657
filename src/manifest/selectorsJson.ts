/** `selectors` of manifest.json: the entries of selectors.yml, with the short forms of definitions written out (dbt). */
import type { Plain } from "../core/node.ts";
import { isRecord } from "./configDefaults.ts";

type Definition = { readonly [key: string]: Plain };

/** `@`, `3+`, `method:`, value, `+3`. */
const CRITERION =
	/^(?<childrens_parents>@)?(?<parents>(?<parents_depth>\d*)\+)?(?:(?<method>[\w.]+):)?(?<value>.*?)(?<children>\+(?<children_depth>\d*))?$/s;

const methodFor = (value: string): string =>
	value.includes("/") ? "path" : /\.(sql|py|csv)$/i.test(value) ? "file" : "fqn";

const FLAGS = ["childrens_parents", "parents", "children"];

function fromText(text: string): Definition {
	const groups = CRITERION.exec(text)?.groups ?? {};
	const method = groups.method ?? methodFor(groups.value ?? "");
	const found = Object.entries({ ...groups, method }).filter(([, value]) => value !== undefined && value !== "");
	return Object.fromEntries(found.map(([key, value]) => [key, FLAGS.includes(key) ? true : value]));
}

function writtenOut(definition: Plain): Plain {
	if (typeof definition === "string") return fromText(definition);
	if (!isRecord(definition)) return definition;
	for (const kind of ["union", "intersection"]) {
		const parts = definition[kind];
		if (Array.isArray(parts)) return { [kind]: parts.map(writtenOut) };
	}
	const [[key, value] = ["", null], ...more] = Object.entries(definition) as [string, Plain][];
	const parts = Array.isArray(value) ? value.map(writtenOut) : value;
	if (key === "exclude") return { exclude: parts };
	return more.length === 0 ? { method: key, value: parts } : definition;
}

export const selectorsJson = (entries: readonly Plain[]): { readonly [name: string]: Plain } =>
	Object.fromEntries(
		entries.filter(isRecord).map((entry) => {
			const definition = writtenOut((entry as Definition).definition ?? null);
			return [String((entry as Definition).name), { ...(entry as Definition), definition }];
		}),
	);
