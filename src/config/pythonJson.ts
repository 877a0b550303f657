import type { Plain } from "../core/node.ts";
import type { YamlPath } from "../yaml/readYaml.ts";
import { isMapping } from "../yaml/shapeCheck.ts";

/**
 * JSON as Python's `json.dumps(value, sort_keys=True)` writes it: blanks after `,` and `:`, nothing but ASCII. What dbt
 * hashes is this text, so a hash is only equal when it is. `numberText` says how Python prints a number.
 */
export function pythonJson(
	value: Plain,
	numberText: (value: number, path: YamlPath) => string,
	path: YamlPath = [],
): string {
	if (typeof value === "number") return numberText(value, path);
	if (typeof value === "string") return asciiText(value);
	if (Array.isArray(value))
		return `[${value.map((item: Plain, i) => pythonJson(item, numberText, [...path, i])).join(", ")}]`;
	if (!isMapping(value)) return JSON.stringify(value);
	const members = Object.keys(value)
		.sort()
		.map((key) => `${asciiText(key)}: ${pythonJson(value[key] ?? null, numberText, [...path, key])}`);
	return `{${members.join(", ")}}`;
}

const asciiText = (text: string): string =>
	JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
