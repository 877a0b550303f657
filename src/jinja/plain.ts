/** Values to and from plain JavaScript data and JSON, at the borders of the language. */
import { fail } from "../core/diagnostic.ts";
import { Extent } from "./extent.ts";
import { floatText, toText } from "./text.ts";
import { floatValue, HostObject, PyDecimal, PyDict, PyFloat, typeName, type Value } from "./values.ts";

/**
 * Plain data (parsed YAML or JSON) as template values: objects become dicts, integral numbers ints. What already is
 * a template value passes as it is.
 */
export function fromPlain(data: unknown): Value {
	switch (typeof data) {
		case "string":
		case "boolean":
		case "undefined":
		case "bigint":
			return data;
		case "number":
			return Number.isFinite(data) ? data : floatValue(data);
		case "object":
			break;
		default:
			throw new TypeError(`a ${typeof data} is not plain data`);
	}
	if (data === null) return null;
	if (data instanceof PyDict || data instanceof HostObject || data instanceof PyFloat || data instanceof PyDecimal)
		return data;
	if (Array.isArray(data)) return data.map(fromPlain);
	const dict = new PyDict();
	for (const [key, value] of data instanceof Map ? data : Object.entries(data))
		dict.set(fromPlain(key), fromPlain(value));
	return dict;
}

/**
 * Template values as plain data: lists and tuples become arrays, dicts objects (keys as text; `__proto__` is an own
 * property like any other), floats and decimals numbers where a number holds them and text where not, Undefined
 * stays undefined, host objects their stand-in or their text.
 */
export const toPlain = (value: Value): unknown => plainOf(value, new Extent());

function plainOf(value: Value, extent: Extent): unknown {
	extent.visit();
	if (typeof value !== "object" || value === null) {
		return typeof value === "bigint" ? Number(value) : value;
	}
	if (Array.isArray(value)) return Array.from(value, (item) => plainOf(item, extent));
	if (value instanceof PyFloat) return value.n;
	if (value instanceof PyDecimal) return String(Number(value.text)) === value.text ? Number(value.text) : value.text;
	if (value instanceof HostObject)
		return value.toPlainValue === undefined ? value.toText() : plainOf(value.toPlainValue(), extent);
	const object: Record<string, unknown> = {};
	for (const [key, item] of value.items()) defineOwn(object, toText(key), plainOf(item, extent));
	return object;
}

/** Sets a property by a name that a template chose, without ever reaching a prototype's setter. */
export function defineOwn(object: Record<string, unknown>, name: string, value: unknown): void {
	if (name === "__proto__")
		Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
	else object[name] = value;
}

export interface JsonStyle {
	readonly sortKeys?: boolean;
	readonly indent?: number | null;
	/** Escapes `<`, `>`, `&` and `'`, as Jinja's tojson filter does. */
	readonly htmlSafe?: boolean;
}

/** Python's json.dumps: `, ` and `: ` between, ASCII only. Errors: 012 for what JSON cannot say. */
export function toJson(value: Value, style: JsonStyle = {}): string {
	const text = writeJson(value, { ...style, extent: new Extent() }, "");
	return style.htmlSafe === true ? text.replace(/[<>&']/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`) : text;
}

type Writing = JsonStyle & { readonly extent: Extent };

function writeJson(value: Value, style: Writing, margin: string): string {
	style.extent.visit();
	if (value === null) return "null";
	if (typeof value === "string") return jsonString(value);
	if (typeof value === "boolean") return String(value);
	if (typeof value === "bigint") return value.toString();
	if (typeof value === "number") return jsonNumber(value);
	if (value instanceof PyFloat) return jsonFloat(value.n);
	if (Array.isArray(value)) {
		return enclose(
			"[",
			Array.from(value, (item) => (inner: string) => writeJson(item, style, inner)),
			"]",
			style,
			margin,
		);
	}
	if (value instanceof PyDict) return writeObject(value, style, margin);
	if (value instanceof HostObject && value.toPlainValue !== undefined)
		return writeJson(value.toPlainValue(), style, margin);
	return fail("TFM-JINJA-012", {
		problem: `Object of type ${typeName(value).replace(/^.*\./, "")} is not JSON serializable`,
	});
}

const jsonNumber = (n: number): string => (Number.isInteger(n) ? toText(n) : jsonFloat(n));
const jsonFloat = (n: number): string =>
	Number.isFinite(n) ? floatText(n) : Number.isNaN(n) ? "NaN" : n > 0 ? "Infinity" : "-Infinity";

const jsonString = (text: string): string =>
	JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function writeObject(dict: PyDict, style: Writing, margin: string): string {
	const entries = dict.items();
	if (style.sortKeys === true) {
		if (entries.some(([k]) => typeof k !== "string") && entries.some(([k]) => typeof k === "string"))
			fail("TFM-JINJA-012", { problem: "'<' not supported between instances of 'str' and another type of key" });
		entries.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0));
	}
	const parts = entries.map(([key, item]) => {
		const name = jsonKey(key);
		return (inner: string) => `${jsonString(name)}: ${writeJson(item, style, inner)}`;
	});
	return enclose("{", parts, "}", style, margin);
}

function jsonKey(key: Value): string {
	if (typeof key === "string") return key;
	if (
		key === null ||
		typeof key === "boolean" ||
		typeof key === "number" ||
		typeof key === "bigint" ||
		key instanceof PyFloat
	)
		return writeJson(key, { extent: new Extent() }, "");
	return fail("TFM-JINJA-012", {
		problem: `keys must be str, int, float, bool or None, not ${typeName(key)}`,
	});
}

function enclose(
	open: string,
	parts: ((margin: string) => string)[],
	close: string,
	style: JsonStyle,
	margin: string,
): string {
	if (parts.length === 0) return open + close;
	if (style.indent == null) return open + parts.map((part) => part("")).join(", ") + close;
	const inner = margin + " ".repeat(Math.min(Math.max(style.indent, 0), 100));
	return `${open}\n${inner}${parts.map((part) => part(inner)).join(`,\n${inner}`)}\n${margin}${close}`;
}
