/** Python's str.format: fields with attributes, items, conversions and nested specifications. */
import { fail } from "../core/diagnostic.ts";
import { typeError, valueError } from "./builtin.ts";
import { formatValue } from "./formatSpec.ts";
import { repr, toText } from "./text.ts";
import { type Arguments, PyDict, typeName, type Value } from "./values.ts";

interface Counter {
	/** The next automatic field number, or "manual" once a number was written. */
	next: number | "manual" | null;
}

/** How a field reaches into its value: passed in, because the lookup of methods leads back to str.format. */
export interface Reach {
	attribute(value: Value, name: string): Value;
	item(value: Value, key: Value): Value;
}

/** The text with its `{…}` fields filled. Names that begin with an underscore are refused, as the sandbox does. */
export function formatString(template: string, args: Arguments, reach: Reach): string {
	return formatLevel(template, { args, reach, counter: { next: null } }, 2);
}

interface Environment {
	readonly args: Arguments;
	readonly reach: Reach;
	readonly counter: Counter;
}

function formatLevel(template: string, env: Environment, depth: number): string {
	if (depth === 0) return valueError("Max string recursion exceeded");
	let out = "";
	let i = 0;
	while (i < template.length) {
		const c = template.charAt(i);
		if (c !== "{" && c !== "}") {
			const next = template.slice(i).search(/[{}]/);
			const end = next < 0 ? template.length : i + next;
			out += template.slice(i, end);
			i = end;
		} else if (template.charAt(i + 1) === c) {
			out += c;
			i += 2;
		} else if (c === "}") valueError("Single '}' encountered in format string");
		else {
			const end = fieldEnd(template, i + 1);
			out += formatField(template.slice(i + 1, end), env, depth);
			i = end + 1;
		}
	}
	return out;
}

/** The offset of the brace that closes the field which begins at `from`. */
function fieldEnd(template: string, from: number): number {
	let nested = 1;
	for (let i = from; i < template.length; i++) {
		const c = template.charAt(i);
		if (c === "{") nested++;
		else if (c === "}" && --nested === 0) return i;
	}
	return valueError(
		from >= template.length ? "Single '{' encountered in format string" : "expected '}' before end of string",
	);
}

function formatField(field: string, env: Environment, depth: number): string {
	const m = /^((?:[^[:!]|\[[^\]]*\])*)(?:!([\s\S]?))?(?::([\s\S]*))?$/.exec(field);
	if (m === null) return valueError("expected ':' after conversion specifier");
	const value = convert(fieldValue(m[1]!, env), m[2]);
	const spec = m[3] === undefined ? "" : m[3].includes("{") ? formatLevel(m[3], env, depth - 1) : m[3];
	return formatValue(value, spec);
}

function convert(value: Value, conversion: string | undefined): Value {
	if (conversion === undefined) return value;
	if (conversion === "s") return toText(value);
	if (conversion === "r" || conversion === "a") return repr(value);
	return valueError(`Unknown conversion specifier ${conversion}`);
}

function fieldValue(path: string, env: Environment): Value {
	const first = /^[^.[]*/.exec(path)![0];
	let value = argument(first, env);
	let rest = path.slice(first.length);
	while (rest !== "") {
		const m = /^\.([^.[]+)|^\[([^\]]+)\]/.exec(rest);
		if (m === null) return valueError("Empty attribute in format string");
		value = m[1] === undefined ? fieldItem(value, m[2]!, env) : fieldAttribute(value, m[1], env);
		rest = rest.slice(m[0].length);
	}
	return value;
}

function argument(name: string, { args, counter }: Environment): Value {
	if (name === "" || /^\d+$/.test(name)) {
		const isManual = name !== "";
		if (counter.next !== null && isManual !== (counter.next === "manual"))
			valueError("cannot switch between manual field specification and automatic field numbering");
		const index = isManual ? Number(name) : Number(counter.next ?? 0);
		counter.next = isManual ? "manual" : index + 1;
		if (index >= args.positional.length)
			fail("TFM-JINJA-015", {
				kind: "index",
				problem: `Replacement index ${index} out of range for positional args tuple`,
			});
		return args.positional[index];
	}
	if (!args.keyword.has(name)) fail("TFM-JINJA-015", { kind: "key", problem: `KeyError: ${repr(name)}` });
	return args.keyword.get(name);
}

function fieldAttribute(value: Value, name: string, env: Environment): Value {
	if (name.startsWith("_"))
		fail("TFM-JINJA-019", { problem: `access to attribute '${name}' of '${typeName(value)}' object is unsafe.` });
	const found = value instanceof PyDict ? undefined : env.reach.attribute(value, name);
	if (found === undefined) fail("TFM-JINJA-017", { problem: `'${typeName(value)}' object has no attribute '${name}'` });
	return found;
}

function fieldItem(value: Value, key: string, env: Environment): Value {
	const position = /^\d+$/.test(key);
	if (typeof value === "string" && !position) return typeError("string indices must be integers, not 'str'");
	const found = env.reach.item(value, position ? Number(key) : key);
	if (found === undefined)
		fail("TFM-JINJA-015", {
			kind: position ? "index" : "key",
			problem: position ? "list index out of range" : `KeyError: ${repr(key)}`,
		});
	return found;
}
